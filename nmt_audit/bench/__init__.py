"""The jobs of `nmt-audit bench`: what is measured of the explanations themselves, with what a number rests on."""
