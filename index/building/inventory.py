"""What a build meets, set against what an earlier one knew: which articles are new, changed, moved, gone or the same.

Articles are told by their content, files and lines by the digest of their bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from khamtop.index.building.reasons import Reasons, grouped, total
from khamtop.index.sources.files import read
from khamtop.index.sources.source import APART, File, Unit, own_id, told_apart
from khamtop.index.storage.database import KnownArticle, content_of
from khamtop.index.storage.opened import Draft
from khamtop.index.types import Article, KhamtopError, Rejected


class Inventory:
    """The articles of a draft, brought up to what is met: `take_file` or `take_units` for all, then `finish`."""

    def __init__(self, draft: Draft, tell_read: Callable[[int], None]) -> None:
        """`tell_read` is told how many articles were met."""
        self._draft = draft
        self._database = draft.database
        self._tell_read = tell_read
        #: Known articles that have not been met again.
        self._unmet = draft.database.numbers()
        self._files: set[int] = set()
        self._apart = draft.database.marked(APART)
        #: The number of each article that was not known, in the order in which it was met, with the number of the one
        #: that had its id before, if there was one.
        self._new: dict[int, int | None] = {}
        self._met = 0
        self.rejected: list[Rejected] = []
        #: What `finish` found: how many articles were added, changed, removed, and left as they were.
        self.counts: dict[str, int] = {}
        #: The articles whose passages must be indexed, in the order in which they were met.
        self.to_index: list[int] = []
        self.has_changed = False

    def reject(self, problem: Rejected) -> None:
        """Notes what is no article."""
        self.rejected.append(problem)

    def take_file(self, file: File) -> None:
        """Takes what is new in a file; nothing, if its bytes are those of the last build."""
        name = f"{file.identity}\n{file.source}"  # the path too, since an article's source tells it
        stamp = file.stamp()
        digest = _digest_of(file)
        known = self._database.file(name)
        units = self._database.units(known.number) if known else {}
        stale = self._stale(file, known.number) if known else []
        is_unchanged = known is not None and digest is not None and known.digest == digest
        if known and is_unchanged and not stale and self._unmet.issuperset(units.values()):
            self._files.add(known.number)
            self._unmet.difference_update(units.values())
            self._count(len(units))
            self.rejected.extend(known.rejected)
            return
        for unit in stale:
            units.pop(unit, None)
        self.take_units(name, digest, read(file, units), units)
        if file.stamp() != stamp:  # written to meanwhile, so that what was read may not be what it is now
            self._database.must_be_read_again(self._database.number_of_file(name))

    def take_units(self, name: str, digest: bytes | None, found: Iterable[Unit], known: dict[bytes, int]) -> None:
        """Takes the units of a file, each with the digest of its bytes; None stands for a `known` one.

        What stands in `name` before a line's end is the file's identity.

        A unit leaves `known` when it is met, so that another one like it is read, and found to be a duplicate.
        """
        file = self._database.number_of_file(name)
        self._files.add(file)
        unit_of = {number: unit for unit, number in known.items()}
        reasons = Reasons(name.partition("\n")[2])
        for unit, item in found:
            if item is None:
                self._unmet.remove(known.pop(unit))
                self._count(1)
            elif isinstance(item, Rejected):
                reasons.add(item)
            else:
                named = self._named(item, file, name.partition("\n")[0])
                if named is None:
                    reasons.add(Rejected(item.source, "article.duplicate_id"))
                    digest = None  # it will be an article when the other one goes, though no byte here changes
                    continue
                before = self._database.known(named.id)
                self._take(named, file, unit, before)
                if before:
                    known.pop(unit_of.get(before.number, b""), None)  # it is met with its id
        rejected = reasons.all()
        self.rejected.extend(rejected)
        self.has_changed |= self._database.put_file(name, digest, rejected)

    def _stale(self, file: File, number: int) -> list[bytes]:
        """The known units of a file whose articles were told apart from others, and need not be any more."""
        stale: list[bytes] = []
        for unit, article in self._apart.get(number, []):
            own = own_id(file.identity, article.id)
            other = self._database.known(own) if own else None
            if own and (other is None or other.number in self._unmet or other.content == article.content):
                stale.append(unit)
        return stale

    def _named(self, article: Article, file: int, identity: str) -> Article | None:
        """An article under an id that none has which was met; None for one that must not be: it is a copy."""
        other = self._database.known(article.id)
        if other is None or other.number in self._unmet:
            return article
        if other.file == file or other.content == content_of(article):
            return None
        apart = replace(article, id=told_apart(identity, article.id))
        other = self._database.known(apart.id)
        return apart if other is None or other.number in self._unmet else None

    def _take(self, article: Article, file: int, unit: bytes, before: KnownArticle | None) -> None:
        """Takes an article that was read, in the place of the one that had its id `before`."""
        self.has_changed = True
        if before and before.file not in self._files:
            self._database.must_be_read_again(before.file)  # it may hold another article of this id
        if before and before.content == content_of(article):
            self._database.put(article, file, unit, before.number)
            self._unmet.remove(before.number)
        else:
            if before:
                self._database.take_id(before.number)
            self._new[self._database.put(article, file, unit)] = before.number if before else None
        self._count(1)

    def finish(self) -> None:
        """Tells the articles that moved from those that are new, and takes out those that are gone.

        Raises:
            KhamtopError: `articles.none` if nothing would be left, with the reasons in short.
        """
        if not self._met:
            raise KhamtopError("articles.none", rejected=total(self.rejected), reasons=grouped(self.rejected))
        replaced = self._match_moved()
        changed = len(self._unmet.intersection(replaced))
        self.counts = {
            "added": len(replaced) - changed,
            "changed": changed,
            "removed": len(self._unmet) - changed,
            "unchanged": self._met - len(replaced),
        }
        self._remove(sorted(self._unmet))
        self._database.forget_files_but(self._files)

    def _match_moved(self) -> list[int | None]:
        """Gives unmet articles the names of new ones of the same content. The others must be indexed.

        What comes back is for each of these the number of the article that had its id before.
        """
        contents = self._database.contents()
        left: dict[bytes, deque[int]] = {}
        for number in sorted(self._unmet):
            left.setdefault(contents[number], deque()).append(number)
        replaced: list[int | None] = []
        for number, before in self._new.items():
            if same := left.get(contents[number]):
                self._database.take_over(same[0], number)
                self._unmet.remove(same.popleft())
            else:
                self.to_index.append(number)
                replaced.append(before)
        return replaced

    def _remove(self, articles: Sequence[int]) -> None:
        """Takes articles out, and their passages out of both rankings."""
        if not articles:
            return
        gone: list[int] = []
        for article in articles:
            gone += self._database.remove_passages(article)
            self._database.remove(article)
        self._draft.rankings.dense.remove(gone)
        self._draft.rankings.lexical.remove(gone)
        self.has_changed = True

    def _count(self, more: int) -> None:
        self._met += more
        self._tell_read(self._met)


def _digest_of(file: File) -> bytes | None:
    """The digest of a file's bytes; None where it cannot be read: reading it will tell why."""
    try:
        return file.digest()
    except OSError:
        return None
