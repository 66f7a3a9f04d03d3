#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A store as a lost power may leave it, after each call of a command that changes it.

    checks-engine-power.py MINI-DOCKER DIR BOOT-ID SEED STEP SCENARIO...

A scenario is run once, under strace; from its calls a model of the disk is made, as POSIX promises
it and no more: what a file holds is on the disk after fsync(2) of the file, a name after fsync of
its directory, all after syncfs(2); anything else may be there or not, and the names of one directory
come in the order in which they were made. From that, cuts: everything, only what was promised,
names without contents, and by chance. One of STEP calls is looked at, SEED says which.

In each cut every command has to answer, what was acknowledged is there, what was not is there
wholly or not at all, containers start, and everything can be removed. BOOT-ID is a file that lies
over /proc/sys/kernel/random/boot_id: a power that was lost comes back with another boot.
"""
import os
import random
import re
import shutil
import subprocess
import sys

MINI, DIR, BOOT, SEED, STEP = sys.argv[1:6]
SEED, STEP = int(SEED), int(STEP)
ROOT = DIR + "/store"
CALLS = ("open,openat,openat2,creat,write,writev,pwrite64,ftruncate,fsync,fdatasync,syncfs,rename,renameat,renameat2,"
         "link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,chmod,fchmod,fchmodat,exit_group")
BOX = ["--network", "none", "--name", "box"]
FILE = DIR + "/file"

# name: what is there before, the command, what may be seen besides before and after ("less": any part of
# what was there; "back": as before, whatever came)
SCENARIOS = {
    "create": ([], ["create", *BOX, "busybox", "true"], ""),
    "run": ([], ["run", *BOX, "busybox", "true"], ""),
    "run-d": ([], ["run", "-d", *BOX, "--restart", "on-failure:2", "busybox", "true"], ""),
    "run-rm": ([], ["run", "--rm", *BOX, "busybox", "true"], "back"),
    "start": ([["create", *BOX, "busybox", "true"]], ["start", "-a", "box"], ""),
    "rm": ([["run", *BOX, "busybox", "true"]], ["rm", "box"], ""),
    "rename": ([["create", *BOX, "busybox", "true"]], ["rename", "box", "other"], ""),
    "update": ([["create", *BOX, "-m", "64m", "busybox", "true"]], ["update", "-m", "32m", "box"], ""),
    "volume-create": ([], ["volume", "create", "--label", "a=b", "data"], ""),
    "volume-rm": ([["volume", "create", "data"]], ["volume", "rm", "data"], ""),
    "volume-use": ([["create", *BOX, "-v", "data:/etc", "busybox", "true"]], ["start", "-a", "box"], "volume"),
    "network-create": ([], ["network", "create", "--subnet", "10.99.0.0/24", "net"], ""),
    "network-rm": ([["network", "create", "--subnet", "10.99.0.0/24", "net"]], ["network", "rm", "net"], ""),
    "tag": ([], ["tag", "busybox", "other:1"], ""),
    "rmi": ([["import", FILE, "small"]], ["rmi", "small"], ""),
    "import": ([], ["import", FILE, "small"], ""),
    "load": ([], ["load", "-i", DIR + "/saved"], ""),
    "commit": ([["create", *BOX, "busybox", "true"], ["cp", FILE, "box:/file"]], ["commit", "box", "made"], ""),
    "build": ([], ["build", "-q", "-t", "made", DIR + "/context"], ""),
    "prune": ([["create", *BOX, "busybox", "true"], ["import", FILE, "small"], ["volume", "create", "data"],
               ["network", "create", "net"]], ["system", "prune", "-a", "-f", "--volumes"], "less"),
}


class Node:
    """An inode: entries of a directory, bytes of a file, or what a symlink says."""

    def __init__(self, kind, origin=None, mode=0o700):
        self.kind, self.origin, self.mode = kind, origin, mode
        self.entries = {}
        self.text, self.data = "", b""


def read_tree(path):
    node = Node("dir", path)
    for entry in os.scandir(path):
        if entry.is_symlink():
            child = Node("link")
            child.text = os.readlink(entry.path)
        elif entry.is_dir():
            child = read_tree(entry.path)
            child.mode = entry.stat().st_mode & 0o7777
        else:
            child = Node("file", entry.path)
            child.data = None if entry.stat().st_size > 65536 else open(entry.path, "rb").read()
            child.mode = entry.stat().st_mode & 0o7777
        node.entries[entry.name] = child
    return node


class Disk:
    """What the calls did, in order: ("names", directory, name, node or None, ...) and ("data", node, bytes),
    each with the number of the call; `promised` maps an operation to the call that made it last."""

    def __init__(self, root):
        self.root, self.ops, self.promised = root, [], {}
        self.now = {}  # id(directory) -> its entries as they are at this point
        self.bytes = {}  # id(node) -> its bytes
        self.unnamed = {}  # of O_TMPFILE, by what strace shows
        self.length = self.acknowledged = 0

    def entries(self, node):
        return self.now.setdefault(id(node), dict(node.entries))

    def find(self, path):
        """The node, or None."""
        node = self.root
        for part in [p for p in path[len(ROOT):].split("/") if p]:
            if not node or node.kind != "dir":
                return None
            node = self.entries(node).get(part)
        return node

    def place(self, path):
        """The directory and the name in it; None outside of the store, or in what overlayfs makes."""
        path = os.path.normpath(path)
        if not path.startswith(ROOT + "/"):
            return None
        parent = self.find(os.path.dirname(path))
        return (parent, os.path.basename(path)) if parent and parent.kind == "dir" else None

    def change(self, *changes):
        """Names that change together: (directory, name, node)..."""
        for directory, name, node in changes:
            entries = self.entries(directory)
            if node:
                entries[name] = node
            else:
                entries.pop(name, None)
        self.ops.append((self.length, "names", changes))

    def write(self, node, data):
        self.bytes[id(node)] = data
        self.ops.append((self.length, "data", node, data))

    def content(self, node):
        return self.bytes.get(id(node), node.data or b"")

    def sync(self, node):
        for i, op in enumerate(self.ops):
            touched = node is None or (op[2] is node if op[1] == "data" else any(c[0] is node for c in op[2]))
            if touched:
                self.promised.setdefault(i, self.length)


def unescape(text):
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")


class Call:
    def __init__(self, pid, name, text, result):
        self.pid, self.name, self.text, self.result = pid, name, text, result
        self.strings = [unescape(s) for s in re.findall(r'"((?:[^"\\]|\\.)*)"', text)]
        shown = re.match(r"\w+<(.*?)>(?=[,)]|$)", text)
        self.fd = re.sub(r" \(deleted\)$|\(deleted\)$", "", shown.group(1)) if shown else ""

    def paths(self):
        """Path arguments, with the directory that strace shows for their descriptor."""
        found = []
        for match in re.finditer(r'(?:(AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"', self.text):
            path = unescape(match.group(3)).decode("utf-8", "replace")
            found.append(path if path.startswith("/") else (match.group(2) or "/") + "/" + path)
        return found


def read_calls(trace):
    waiting = {}
    for line in open(trace, encoding="latin-1"):
        pid, rest = line.rstrip("\n").split(None, 1)
        if rest.startswith("+++ exited"):
            yield Call(pid, "+++", "", rest)
            continue
        if rest.endswith("<unfinished ...>"):
            waiting[pid] = rest[:-len("<unfinished ...>")]
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
        if resumed:
            rest = waiting.pop(pid, "") + resumed.group(1)
        match = re.match(r"(\w+)\((.*)\)\s+= (-?\d+|\?)(.*)$", rest)
        if match and not match.group(3).startswith("-"):
            yield Call(pid, match.group(1), match.group(2), match.group(3) + match.group(4))


def opened(disk, call):
    flags = call.text
    if "O_TMPFILE" in flags:
        shown = re.search(r"<(.*)>", call.result)
        disk.unnamed[re.sub(r" ?\(deleted\)$", "", shown.group(1))] = Node("file")
        disk.unnamed[call.pid] = shown.group(1)
        return
    place = disk.place(call.paths()[0]) if call.paths() else None
    if not place:
        return
    node = disk.entries(place[0]).get(place[1])
    if not node and "O_CREAT" in flags:
        mode = re.search(r", (0\d+)\)?$", flags)
        node = Node("file", mode=int(mode.group(1), 8) if mode else 0o600)
        disk.change((*place, node))
    elif node and "O_TRUNC" in flags and disk.content(node):
        disk.write(node, b"")


def file_of(disk, call):
    """The file of the call's descriptor."""
    if call.fd in disk.unnamed:
        return disk.unnamed[call.fd]
    if not call.fd.startswith(ROOT):
        return None
    node = disk.find(call.fd)
    return node if node and node.kind == "file" else None


def written(disk, call):
    node = file_of(disk, call)
    if node and call.name != "ftruncate":
        disk.write(node, disk.content(node) + b"".join(call.strings)[:int(call.result.split()[0])])
    elif node:
        disk.write(node, disk.content(node)[:int(call.text.rsplit(", ", 1)[1])])


def synced(disk, call):
    if call.name == "syncfs":
        disk.sync(None)
    elif call.fd.startswith(ROOT):
        node = file_of(disk, call) or disk.find(call.fd)
        if node:
            disk.sync(node)


def renamed(disk, call):
    old, new = (disk.place(path) for path in call.paths())
    if old and new and old[1] in disk.entries(old[0]):
        other = disk.entries(new[0]).get(new[1]) if "RENAME_EXCHANGE" in call.text else None
        disk.change((*old, other), (*new, disk.entries(old[0])[old[1]]))


def linked(disk, call):
    old, new = call.paths()
    node = disk.unnamed.get(re.sub(r" ?\(deleted\)$", "", disk.unnamed.get(call.pid, "")))
    if not old.startswith("/proc/"):
        node = disk.find(os.path.normpath(old))
    place = disk.place(new)
    if node and place:
        disk.change((*place, node))


def symlinked(disk, call):
    place = disk.place(call.paths()[-1])
    if place:
        node = Node("link")
        node.text = call.strings[0].decode()
        disk.change((*place, node))


def removed(disk, call):
    place = disk.place(call.paths()[0])
    if place and place[1] in disk.entries(place[0]):
        disk.change((*place, None))


def made(disk, call):
    place = disk.place(call.paths()[0])
    if place:
        disk.change((*place, Node("dir", mode=int(call.text.rsplit(", ", 1)[1], 8))))


def moded(disk, call):
    node = disk.find(call.fd) if call.name == "fchmod" and call.fd.startswith(ROOT) else None
    if call.name != "fchmod" and call.paths():
        place = disk.place(call.paths()[0])
        node = place and disk.entries(place[0]).get(place[1])
    if node:
        node.mode = int(re.findall(r", (0\d+)", call.text)[0], 8)  # at once: nothing depends on it


DO = {"open": opened, "openat": opened, "openat2": opened, "creat": opened, "write": written, "writev": written,
      "pwrite64": written, "ftruncate": written, "fsync": synced, "fdatasync": synced, "syncfs": synced,
      "rename": renamed, "renameat": renamed, "renameat2": renamed, "link": linked, "linkat": linked,
      "symlink": symlinked, "symlinkat": symlinked, "unlink": removed, "unlinkat": removed, "rmdir": removed,
      "mkdir": made, "mkdirat": made, "chmod": moded, "fchmod": moded, "fchmodat": moded}


def replay(root, trace):
    disk = Disk(root)
    first = None
    for call in read_calls(trace):
        first = first or call.pid
        if call.name == "+++" and call.pid == first:
            disk.acknowledged = len(disk.ops)
        if call.name in DO:
            DO[call.name](disk, call)
            disk.length += 1
    return disk


def chosen(disk, end, how, rng):
    """Which of the first `end` operations are on the disk; for data also how much of it, in blocks of 4096 bytes."""
    last = disk.ops[end - 1][0] if end else -1
    sure = {i for i in range(end) if disk.promised.get(i, last + 2) <= last + 1}
    if how == "all":
        return {i: None for i in range(end)}
    if how == "least":
        return {i: None for i in sure}
    if how == "names":
        return {i: None for i in range(end) if i in sure or disk.ops[i][1] == "names"}
    kept, upto = {}, {}
    for i in range(end):
        op = disk.ops[i]
        if i in sure:
            kept[i] = None
        elif op[1] == "data":
            if rng.random() < 0.6:
                kept[i] = rng.choice([None, None, 0.0, 0.5])
        else:
            directory = id(op[2][-1][0])
            if directory not in upto:
                there = [j for j in range(end) if disk.ops[j][1] == "names" and id(disk.ops[j][2][-1][0]) == directory]
                upto[directory] = rng.choice(there + [-1, there[-1]])
            if i <= upto[directory]:
                kept[i] = None
    return kept


def build(disk, kept):
    """The tree of that cut: (entries by id of directory, bytes by id of file)."""
    names, data = {}, {}
    for i in sorted(kept):
        op = disk.ops[i]
        if op[1] == "data":
            data[id(op[2])] = op[3] if kept[i] is None else op[3][:int(len(op[3]) * kept[i]) & ~4095]
            continue
        for directory, name, node in op[2]:
            entries = names.setdefault(id(directory), dict(directory.entries))
            if node:
                entries[name] = node
            else:
                entries.pop(name, None)
    return names, data


def put(node, path, names, data):
    os.mkdir(path, 0o700)
    for name, child in names.get(id(node), node.entries).items():
        to = path + "/" + name
        if child.kind == "dir":
            put(child, to, names, data)
        elif child.kind == "link":
            os.symlink(child.text, to)
        elif child.origin and id(child) not in data and name != "log.json":
            os.link(child.origin, to)
        else:
            with open(to, "wb") as out:
                out.write(data.get(id(child), b"" if not child.origin else child.data))
            os.chmod(to, child.mode)
    os.chmod(path, node.mode)


def key_of(node, names, data):
    """The same for cuts that are the same."""
    return tuple(sorted(
        (name, key_of(child, names, data) if child.kind == "dir" else (id(child), data.get(id(child)), child.text))
        for name, child in names.get(id(node), node.entries).items()
        if child.kind != "dir" or not child.origin or "/layers/" not in child.origin))


def mini(*words, trace=None):
    command = ["strace", "-f", "-q", "-y", "-s", "1000000", "-e", "trace=" + CALLS, "-e", "signal=none",
               "-o", trace] if trace else []
    return subprocess.run(["timeout", "-k", "5", "60", *command, MINI, "--root", ROOT, *words],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False)


class Wrong(Exception):
    pass


def ask(*words):
    done = mini(*words)
    if done.returncode:
        raise Wrong(f"{' '.join(words)}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout.strip()


def seen():
    """What a person sees of the store."""
    boxes = ask("ps", "-a", "--format", "{{.ID}} {{.Names}} {{.Image}}").splitlines()
    limits = [ask("inspect", "-f", "{{.Name}} {{.HostConfig.Memory}} {{.State.Running}}", b.split()[0]) for b in boxes]
    return {
        "containers": {b.split(None, 1)[1] for b in boxes} | set(limits),
        "images": set(ask("images", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}").splitlines()),
        "volumes": set(ask("volume", "ls", "--format", "{{.Name}} {{.Labels}}").splitlines()),
        "networks": set(ask("network", "ls", "--format", "{{.Name}}").splitlines()),
    }


def compare(found, before, after, acknowledged, rule):
    if rule == "back":
        after = before
    for key in found:
        if rule == "volume" and key == "volumes":
            continue
        if rule == "less":
            good = found[key] == after[key] if acknowledged else found[key] <= before[key] and after[key] <= found[key]
        else:
            good = found[key] == after[key] or (not acknowledged and found[key] == before[key])
        if not good:
            raise Wrong(f"{key} are {sorted(found[key])}, before {sorted(before[key])}, after {sorted(after[key])}"
                        + (", and the command had ended" if acknowledged else ""))


def use():
    """All that is there works, and goes."""
    for name in ask("ps", "-a", "--format", "{{.Names}}").split():
        ask("start", "-a", name)
    ask("run", "--rm", "--network", "none", "busybox", "true")
    for name in ask("ps", "-aq").split():
        ask("rm", name)
    ask("system", "prune", "-a", "-f", "--volumes")
    ask("volume", "prune", "-a", "-f")
    found = seen()
    if found["containers"] or found["images"] or found["volumes"]:
        raise Wrong(f"prune left {found}")
    left = [path for path in leftovers() if path not in FIXED]
    if left:
        raise Wrong("left: " + " ".join(left))


FIXED = {"build", "containers", "images", "images/blobs", "images/blobs/sha256", "images/index.json", "images/oci-layout",
         "images/partial", "images/.spare", "layers", "names", "networks", "volumes", "run", "run/boot", "run/events",
         "run/monitor", "run/networks", "run/networks/leases", "run/runtime", "run/view", "run/events/events",
         "networks/bridge.json", "networks/host.json", "networks/none.json"}


def leftovers():
    for path, dirs, files in os.walk(ROOT):
        for name in dirs + files:
            yield os.path.relpath(path + "/" + name, ROOT)


def boot(number):
    with open(BOOT, "w") as out:
        out.write(f"00000000-0000-4000-8000-{number:012d}\n")


def check(name, base):
    setup, command, rule = SCENARIOS[name]
    rng = random.Random(f"{SEED} {name}")
    prepared = DIR + "/prepared"
    for path in ROOT, prepared:
        shutil.rmtree(path, ignore_errors=True)
    boot(1)
    shutil.copytree(base, ROOT, symlinks=True)
    for words in setup:
        ask(*words)
    before = seen()
    shutil.copytree(ROOT, prepared, symlinks=True)
    done = mini(*command, trace=DIR + "/trace")
    if done.returncode:
        raise Wrong(f"{name}: {done.stderr}")
    after = seen()
    disk = replay(read_tree(prepared), DIR + "/trace")
    if len(disk.ops) < 1 or not disk.acknowledged:
        raise Wrong(f"{name}: strace saw nothing")
    looked, known = 0, set()
    ends = [e for e in range(disk.acknowledged + 1) if (e + SEED) % STEP == 0 or e == disk.acknowledged]
    for end in sorted(set(ends + [len(disk.ops)])):
        for how in "all", "least", "names", "chance", "chance":
            kept = chosen(disk, end, how, rng)
            names, data = build(disk, kept)
            key = key_of(disk.root, names, data), end >= disk.acknowledged
            if key in known:
                continue
            known.add(key)
            looked += 1
            shutil.rmtree(ROOT)
            put(disk.root, ROOT, names, data)
            if how == "least":
                shutil.rmtree(ROOT + "/run", ignore_errors=True)
            boot(2)
            try:
                compare(seen(), before, after, end >= disk.acknowledged, rule)
                if STEP == 1 or how == "chance":
                    use()
            except Wrong as wrong:
                call = disk.ops[end - 1] if end else "nothing"
                wrong.args = (f"{name}, operation {end} of {len(disk.ops)} (acknowledged {disk.acknowledged}), {how}: "
                              f"{wrong}\n  last: {shown(call)}\n  not on the disk: "
                              + "; ".join(shown(disk.ops[i]) for i in range(end) if i not in kept),)
                raise
    return looked


def shown(op):
    if op == "nothing":
        return op
    if op[1] == "data":
        return f"write {len(op[3])}"
    return "+".join(f"{'to' if c[2] else 'from'} {c[1]}" for c in op[2])


def main():
    base = DIR + "/base"
    os.makedirs(DIR, exist_ok=True)
    boot(1)
    with open(FILE, "wb") as out:
        subprocess.run(["tar", "-c", "-C", "/etc", "hostname"], stdout=out, check=True)
    os.mkdir(DIR + "/context")
    with open(DIR + "/context/Dockerfile", "w") as out:
        out.write("FROM busybox\nRUN echo x >/mark\nCOPY Dockerfile /\n")
    shutil.rmtree(ROOT, ignore_errors=True)
    ask("run", "--rm", "--network", "none", "busybox", "true")
    ask("import", FILE, "loaded")
    ask("save", "-o", DIR + "/saved", "loaded")
    ask("rmi", "loaded")
    os.rename(ROOT, base)
    wrong = 0
    for name in sys.argv[6:] or SCENARIOS:
        try:
            print(name, check(name, base), flush=True)
        except Wrong as problem:
            print(problem, flush=True)
            wrong = 1
    return wrong


sys.exit(main())
