"""`python -m cs231n.submit`."""

import sys

from . import main

sys.exit(main())
