"""Register handlers that forge a result when the process ends.

Must: run no handler: nothing is lost and nothing gained
"""

import atexit
import os

atexit.register(os.write, 3, b'{"id": "end", "facts": {}, "arrays": []}\n')
atexit.register(lambda: os._exit(0))
