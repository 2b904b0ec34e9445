"""Loop for ever while the file is imported.

Must: be ended by the limit; all marks are lost
Loses: all
Finds: processor time
Limits: cpu_s 1, wall_s 60
"""

while True:
    pass
