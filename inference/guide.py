"""What each command needs, told in its help from the records themselves."""

from ..model.records import Record

SORTS = {
    "id": "id", "time": "time", "text": "text", "words": "list or text", "number": "number", "category": "word",
    "probability": "0 … 1", "flag": "true/false",
}  # fmt: skip
RULES = """\
Ids are any integers or texts and come back as they came. Times are timestamps (without a zone: UTC), ISO-8601 text, or \
seconds, milliseconds or microseconds. Tables are Parquet, CSV or JSONL (also .tsv, .csv.gz, .jsonl.gz), told by their \
ending: a file, or a folder of them."""


def tables(**records: Record) -> str:
    """The columns of tables, one paragraph for each option that takes one, as click lays them out."""
    return "\n\n".join([*(_columns(option, record) for option, record in records.items()), RULES])


def _columns(option: str, record: Record) -> str:
    option = f"--{option.split('_')[0]}{', as a raw log' if option.endswith('_log') else ''}"
    needs = [f"one of {', '.join(record.one_of)}"] if record.one_of else []
    lines = ["\b", f"{option} (* must be there{f', and {needs[0]}' if needs else ''}):"]
    for column in record.columns:
        star = "*" if column.required else " "
        words = f": {', '.join(column.words)}" if column.words else ""
        lines.append(f" {star} {column.name:<18} {SORTS[column.sort]:<13} {column.meaning}{words}")
    return "\n".join(lines)
