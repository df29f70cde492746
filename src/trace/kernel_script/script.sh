#!/bin/sh
# @TITLE@
#
# Runs a script of extentscope on a running kernel. As root:
#   sh this-file [OUT]            a thousand rounds (RUNS=10 sh … for ten)
#   sh this-file compile PROGRAM  compile the program only
#   PROGRAM=FILE sh this-file     use a program that was compiled before
# It makes a file system in a loop device, sets up tracepoints, runs, and leaves in OUT
# (./extentscope-out) the input of `extentscope follow OUT` and `extentscope conform OUT`:
# kernel.txt, ops.jsonl and the traces of the last round. Its last line is `hit: …` if a read
# returned other contents than those acknowledged before it, or if an operation did not return;
# else it is `not hit: …`.
#
@CANNOT@
set -eu

program() {
    cat <<'END_OF_PROGRAM'
@PROGRAM@
END_OF_PROGRAM
}

compile() {
    program > "$1.c"
    # shellcheck disable=SC2086
    ${CC:-cc} -O2 -Wall -Wextra ${CFLAGS:-} -pthread -o "$1" "$1.c"
}

if [ "${1:-}" = compile ]; then
    compile "${2:?a file for the program}"
    exit 0
fi

OUT=${1:-extentscope-out}
RUNS=${RUNS:-1000}
[ "$(id -u)" = 0 ] || { echo "only root can mount and trace" >&2; exit 2; }
for tool in mkfs.ext4 losetup; do
    command -v "$tool" > /dev/null || { echo "no $tool in PATH ($PATH)" >&2; exit 2; }
done
mkdir -p "$OUT"
WORK=$(mktemp -d)
modprobe ext4 2> /dev/null || true
T=/sys/kernel/tracing
[ -d "$T/events" ] || mount -t tracefs tracefs "$T" 2>/dev/null || T=/sys/kernel/debug/tracing
[ -d "$T/events/ext4" ] || { echo "no tracepoints of ext4 in $T: root and a kernel with CONFIG_FTRACE are needed" >&2; exit 2; }
if [ -z "${PROGRAM:-}" ]; then
    PROGRAM=$WORK/program
    compile "$PROGRAM"
fi

I=$T/instances/extentscope
LOOP=
MOUNTED=
clean() {
    echo 0 > "$T/tracing_on" || true
    for e in $EVENTS; do echo 0 > "$T/events/$e/enable" 2>/dev/null || true; echo 0 > "$T/events/$e/filter" 2>/dev/null || true; done
    [ -d "$I" ] && rmdir "$I" || true
    : > "$T/set_event_notrace_pid" || true
    echo "$SIZE" > "$T/buffer_size_kb" || true
    [ -n "$MOUNTED" ] && umount "$WORK/mnt" || true
    [ -n "$LOOP" ] && losetup -d "$LOOP" 2> /dev/null || true
    echo "$WRITEBACK" > /proc/sys/vm/dirty_writeback_centisecs
    rm -rf "$WORK"
}
EVENTS="block/block_rq_issue block/block_rq_complete workqueue/workqueue_execute_start workqueue/workqueue_execute_end jbd2/jbd2_start_commit jbd2/jbd2_end_commit"
for c in pwrite64 pread64 fsync fdatasync fallocate ftruncate io_submit io_getevents; do
    EVENTS="$EVENTS syscalls/sys_enter_$c syscalls/sys_exit_$c"
done
for e in "$T"/events/ext4/ext4_es_*; do EVENTS="$EVENTS ext4/${e##*/}"; done
WRITEBACK=$(cat /proc/sys/vm/dirty_writeback_centisecs)
SIZE=$(sed 's/ .*//' "$T/buffer_size_kb")
trap clean EXIT

# No writeback except the script's own.
echo 0 > /proc/sys/vm/dirty_writeback_centisecs
dd if=/dev/zero of="$WORK/disk" bs=1M count=0 seek=64 2>/dev/null
mkfs.ext4 -q -F -b 4096@MKFS@ -J size=4 -E lazy_itable_init=0 "$WORK/disk"
mkdir "$WORK/mnt"
OPTIONS=commit=600,@MOUNT@
LOOP=$(losetup -f)
losetup "$LOOP" "$WORK/disk"
mount -t ext4 -o "$OPTIONS" "$LOOP" "$WORK/mnt"
MOUNTED=yes
: > "$WORK/mnt/@FILE@"
INO=$(ls -i "$WORK/mnt/@FILE@" | sed 's/^ *//; s/ .*//')
NAME=${LOOP##*/}
DEV=$(cat "/sys/block/$NAME/dev")
DEV=$(( (${DEV%:*} << 20) | ${DEV#*:} ))

echo 0 > "$T/tracing_on"
mkdir "$I"
echo 0 > "$I/tracing_on"
for b in "$T" "$I"; do echo 2048 > "$b/buffer_size_kb"; done
for e in $EVENTS; do
    [ -d "$T/events/$e" ] || continue
    case $e in
    block/*|jbd2/*) echo "dev == $DEV" > "$T/events/$e/filter" ;;
    ext4/*) if grep -q ' ino;' "$T/events/$e/format"; then
            echo "dev == $DEV && ino == $INO" > "$T/events/$e/filter"
            echo "dev == $DEV && ino == $INO" > "$I/events/$e/filter"
        fi
        echo 1 > "$I/events/$e/enable" ;;
    esac
    echo 1 > "$T/events/$e/enable"
done
{
    echo "uname: $(uname -a)"
    echo "mkfs: mkfs.ext4 -q -F -b 4096@MKFS@ -J size=4"
    echo "mount: -o $OPTIONS"
    echo "block_size: 4096"
    echo "inode: $INO"
    echo "nr_cpus: $(nproc)"
    echo "vm.dirty_writeback_centisecs: 0"
    cat "/proc/fs/ext4/$NAME/options"
} > "$OUT/kernel.txt"

echo 1 > "$I/tracing_on"
echo 1 > "$T/tracing_on"
set +e
"$PROGRAM" "$WORK/mnt" "$RUNS" "$T" "$OUT" > "$OUT/result.txt"
RESULT=$?
set -e
echo 0 > "$T/tracing_on"
echo 0 > "$I/tracing_on"
cat "$T/trace" > "$OUT/trace-full.txt"
cat "$I/trace" > "$OUT/trace-es.txt"
cat "$OUT/result.txt"
exit "$RESULT"
