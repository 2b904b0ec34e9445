"""End the process while the file is imported.

Must: lose all marks, with the reason
Loses: all
Finds: exit code 0
"""

import os

os._exit(0)
