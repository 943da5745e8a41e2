"""Which paths may hold entries: where dbt reads properties files, and what stands there already. Pure."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from dbt_docsmith.errors import WriteError


class Ground:
    """The project's own folders and files, all POSIX and relative to the project.

    ``source_paths`` are the folders dbt reads; ``foreign_folders`` those that belong to others (installed
    packages, ``target``); ``existing_files`` is everything that stands in the project's source folders.
    """

    def __init__(
        self,
        *,
        source_paths: Iterable[str],
        foreign_folders: Iterable[str],
        properties_files: Iterable[str],
        existing_files: Iterable[str],
    ) -> None:
        self.properties_files = frozenset(properties_files)
        self._source_paths = tuple(dict.fromkeys(posixpath.normpath(path) for path in source_paths))
        self._foreign_folders = tuple(posixpath.normpath(path) for path in foreign_folders)
        self._files = self.properties_files | frozenset(existing_files)
        self._folders = frozenset(folder for file in self._files for folder in _parents(file))
        self._spelling = {_caseless(path): path for path in sorted(self._files, reverse=True)}
        self.extension = _usual_extension(self.properties_files)

    def is_read_by_dbt(self, path: str) -> bool:
        """Whether dbt would take a properties file at this path for one of this project's."""
        return self._root_of(path) is not None and not self._is_foreign(path)

    def is_unreadable(self, path: str) -> bool:
        """Whether a file stands there that was not read as a properties file."""
        return path in self._files and path not in self.properties_files

    def root_of(self, path: str) -> str:
        """The source folder a path stands in (``models``); the path's own folder where it stands in none."""
        return self._root_of(path) or posixpath.dirname(path) or "."

    def only_properties_file(self, folder: str) -> str | None:
        """The properties file of a folder that has just one."""
        found = [file for file in self.properties_files if posixpath.dirname(file) == folder]
        return found[0] if len(found) == 1 else None

    def settle(self, path: str) -> str:
        """The path as it is to be written, in the case in which it stands on disk or was settled before.

        Raises WriteError where nothing can be written there, or dbt would not read it.
        """
        self._refuse_strange(path)
        settled = self._spelling.setdefault(_caseless(path), path)
        if self.is_unreadable(settled):
            raise WriteError(f"{settled} exists and is not a properties file that can be edited")
        if settled in self._folders:
            raise WriteError(f"{settled} is a folder, not a properties file")
        blocking = next((parent for parent in _parents(settled) if parent in self._files), None)
        if blocking is not None:
            raise WriteError(f"{settled} cannot be made: {blocking} is a file")
        return settled

    def _refuse_strange(self, path: str) -> None:
        if path.startswith(("/", "../")):
            raise WriteError(f"{path} is outside the project")
        if self._is_foreign(path):
            raise WriteError(f"{path} is not in this project's own folders")
        if self._root_of(path) is None:
            folders = ", ".join(self._source_paths)
            raise WriteError(f"{path} is where dbt reads no properties files; it reads {folders}")

    def _root_of(self, path: str) -> str | None:
        roots = (root for root in self._source_paths if is_below(path, root) and not path.startswith("../"))
        return max(roots, key=len, default=None)

    def _is_foreign(self, path: str) -> bool:
        return any(is_below(path, folder) for folder in self._foreign_folders)


def is_below(path: str, folder: str) -> bool:
    """Whether a POSIX path is the folder or stands somewhere in it; both relative to the project."""
    return folder == "." or path == folder or path.startswith(f"{folder}/")


def _caseless(path: str) -> str:
    folder, name = posixpath.split(path)
    return f"{folder}/{name.lower()}"


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _usual_extension(files: Iterable[str]) -> str:
    extensions = [posixpath.splitext(file)[1] for file in files]
    return ".yaml" if extensions.count(".yaml") > extensions.count(".yml") else ".yml"
