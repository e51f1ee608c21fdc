"""`python -m medaid.local` is the `medaid` command."""

import sys

from medaid.local.cli import main

if __name__ == "__main__":
    sys.exit(main())
