"""`python -m cs231n.checks`."""

import sys

from . import main

sys.exit(main())
