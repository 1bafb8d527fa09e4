"""Garbled Chinese: UTF-8 that was read as GBK and saved again looks like 婕旂殑鍚? and cannot be tagged.

A file that is not UTF-8 at all is refused on opening (`formats`); this is about text that is valid and means nothing.
"""

from collections import defaultdict

from ..model.errors import InputError

LOOKED_AT = 2_000  # texts of a file, from its beginning
LOST = "\ufffd"


def garbled(text: str) -> bool:
    """Whether a text is UTF-8 that was read as GBK: turned back, it is mostly Chinese again.

    >>> garbled("演的吧".encode().decode("gb18030", "replace")), garbled("联通演的吧"), garbled("street interview")
    (True, False, False)
    """
    if text.isascii():
        return False
    if text.count(LOST) * 2 > len(text):
        return True
    back = text.replace(LOST, "?").encode("gb18030", "ignore").decode("utf-8", "replace")
    chinese = sum("\u4e00" <= letter <= "\u9fff" for letter in back)
    return chinese > back.count(LOST)


class Readable:
    """Watches the texts of files and refuses a file of which most Chinese texts are garbled."""

    def __init__(self) -> None:
        self._seen: dict[str, list[int]] = defaultdict(lambda: [0, 0])

    def watch(self, file: str, text: str | None) -> None:
        """Look at one text of a file."""
        if not text or text.isascii():
            return
        seen = self._seen[file]
        if seen[0] < LOOKED_AT:
            seen[0] += 1
            seen[1] += garbled(text)

    def check(self) -> None:
        """Raise an InputError for the first file of which more than half of the texts are garbled."""
        for file, (seen, bad) in self._seen.items():
            if 2 * bad > seen:
                raise InputError(
                    f"The texts of {file} must be readable",
                    f"{bad:,} of {seen:,} texts look like 婕旂殑鍚? (UTF-8 that a program opened as GBK and saved again)",
                    "Export again, and open the file as UTF-8 (Excel: Data, From Text/CSV, 65001); what was saved so has "
                    "lost characters",
                )
