"""The classes of the README, run as they stand there."""

import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"

for _block in re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL):
    exec(compile(_block, str(README), "exec"), globals())
