"""`python -m cs231n.training`."""

import sys

from .presets import main

sys.exit(main())
