"""`voiced models`: Whisper models that are known; `voiced models download` fetches one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiced.commands.shared import DONE, add_json, print_json, tell
from voiced.errors import ModelError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION")
    parser.set_defaults(download=None)
    download = actions.add_parser("download", help="fetch a published model; an interrupted download goes on")
    download.add_argument("download", metavar="NAME", help="as in `voiced models`")
    add_json(download, again=True)
    add_json(parser)


def models(options: Namespace) -> int:
    """List Whisper models; → marks those that are installed."""
    from voiced.whisper.loading import checkpoints

    if options.download:
        return _download(options.download, as_json=options.json)
    for model in checkpoints.known():
        if options.json:
            told = {"name": model.name, "installed": bool(model.installed), "languages": model.n_languages}
            print_json(told | {"parameters": model.parameters, "bytes": model.size, "sha256": model.sha256})
        else:
            languages = "English" if model.n_languages == 1 else f"{model.n_languages} languages"
            where = str(model.installed[0]) if model.installed else model.how_to_get
            mark = "→" if model.installed else " "
            tell(f"{mark} {model.name:15} {model.size / 1e6:6.0f} MB  {languages:13}  {model.sha256[:12]}  {where}")
    return DONE


def _download(name: str, *, as_json: bool) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    from voiced.whisper.loading import checkpoints
    from voiced.whisper.loading.download import download

    try:
        model = checkpoints.published(name)
        columns = ("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(model.name, total=None)
            path = download(
                model,
                checkpoints.default_folder(),
                lambda done, total: bar.update(task, completed=done, total=total or None),
            )
    except (OSError, ValueError) as error:
        raise ModelError.told_by(error) from error
    if as_json:
        print_json({"name": model.name, "file": str(path)})
    else:
        tell(str(path))
    return DONE
