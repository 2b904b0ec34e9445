"""Leave marks for its next visit: files, patches, memory, environment.

Must: find none of them the second time
"""

import os

PLACES = ("/tmp/mark", "/dev/shm/mark", "/tmp/.mark")
if any(map(os.path.exists, PLACES)) or "MARK" in os.environ or hasattr(torch, "mark"):
    raise SystemError("ESCAPED: found what an earlier visit left")
os.environ["MARK"] = torch.mark = "here"
torch.nn.functional.relu = torch.relu
for _place in PLACES:
    open(_place, "w").close()
