"""What JSON can hold, as a type."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
