"""How each language takes a negation back: rules that turn a marked negation into its opposite."""
