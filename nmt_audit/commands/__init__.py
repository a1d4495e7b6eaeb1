"""The commands of `nmt-audit` that are not in `cli`: thin layers over jobs, which import what is heavy."""
