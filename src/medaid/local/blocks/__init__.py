"""The generated blocks of docs/, by the page they stand on."""
