"""The national interface at the edge: envelope, field tables, code tables, answers. Inside the
product nothing knows these names."""
