"""The Convolution page: what the microscope is given, and its views of a layer, of the end, of a playground."""
