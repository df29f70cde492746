/* Runs the operations below on a file system of the running kernel, RUNS times.
 * Usage: program DIRECTORY RUNS TRACEFS OUT */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK 4096L
#define BLOCKS 16
/* Writes begin and end at half blocks. */
#define HALF (BLOCK / 2)
#define HALVES (2 * BLOCKS)
#define FILES 2
#define THREADS 4
#define IOCBS 8
/* Writes have other values than these. */
#define OLD_DATA 0xee
#define NOT_READ 0xdd
/* After so many seconds an operation counts as one that does not return. */
#define PATIENCE 30
#define GET_ES_CACHE _IOWR('f', 42, struct fiemap)
/* EXT4_IOC_MOVE_EXT and its argument. No header for user space has them. */
struct exchange { uint32_t reserved, donor; uint64_t from, donor_from, len, moved; };
#define MOVE_EXTENTS _IOWR('f', 15, struct exchange)

/* In half blocks. */
struct piece { long at, len; };
struct op {
    int thread, file;
    const char *word;
    int sync, number, nr, pieces;
    struct piece piece[IOCBS];
    /* The operation as it is recorded; NULL if it belongs to the one before. */
    const char *line;
    /* The recorded operation ends with this one. */
    int ends;
    /* Operations that each thread must have finished before, and a delay in microseconds. */
    int after[THREADS];
    int delay;
};
/* In blocks. */
struct file { const char *name; long blocks; int extents; struct { long at, len; int written; } extent[BLOCKS]; };

/* @TABLES@ */

#define OPS ((int)(sizeof ops / sizeof ops[0]))

static const char *directory;
static char path[FILES][256];
/* Each thread has its own open files; the last row is for the steps around the operations. */
#define OURS THREADS
static int fds[THREADS + 1][FILES][2][3];
static int markers[2] = { -1, -1 };
static FILE *records;
static int recorded;
static aio_context_t context;
static int outstanding;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* The acknowledged contents of each half block; -1 before any write. */
static int acknowledged[FILES][HALVES];
/* How often acknowledged contents were forgotten. */
static int forgotten[FILES];
static volatile int finished[THREADS];
static volatile int hit;
static char why[256];
static struct dump { int extents; struct fiemap_extent extent[256]; } *dumped;
static int ask[2], answer[2];
static pid_t dumper;

static void die(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(2);
}

static void mark(const char *format, ...)
{
    char text[1024];
    va_list list;
    va_start(list, format);
    int len = vsnprintf(text, sizeof text, format, list);
    va_end(list);
    for (int i = 0; i < 2; i++)
        if (markers[i] >= 0 && write(markers[i], text, (size_t)len) < 0)
            die("trace_marker");
}

static void found(const char *format, ...)
{
    pthread_mutex_lock(&lock);
    if (!hit) {
        va_list list;
        va_start(list, format);
        vsnprintf(why, sizeof why, format, list);
        va_end(list);
        hit = 1;
    }
    pthread_mutex_unlock(&lock);
}

static int fd_of(int thread, int file, int direct, int sync)
{
    int *fd = &fds[thread][file][direct][sync];
    if (*fd < 0)
        *fd = open(path[file], O_RDWR | (direct ? O_DIRECT : 0) | (sync == 2 ? O_SYNC : sync == 1 ? O_DSYNC : 0));
    return *fd;
}

/* An open descriptor of a file, which may have no name; -1 if nobody has it open. */
static int any_fd(int file)
{
    for (int thread = 0; thread <= THREADS; thread++)
        for (int direct = 0; direct < 2; direct++)
            for (int sync = 0; sync < 3; sync++)
                if (fds[thread][file][direct][sync] >= 0)
                    return fds[thread][file][direct][sync];
    return -1;
}

/* Closes what a thread has open of a file. */
static void close_all(int thread, int file)
{
    for (int direct = 0; direct < 2; direct++)
        for (int sync = 0; sync < 3; sync++) {
            int *fd = &fds[thread][file][direct][sync];
            if (*fd >= 0)
                close(*fd);
            *fd = -1;
        }
}

/* The extent status tree, read by a process that is not traced. */
static void dump_of(int fd, struct dump *to)
{
    static struct { struct fiemap head; struct fiemap_extent extent[64]; } map;
    unsigned long long at = 0;
    int steps = 0;
    to->extents = 0;
    for (;;) {
        memset(&map.head, 0, sizeof map.head);
        map.head.fm_start = at;
        map.head.fm_length = ~0ULL - at;
        map.head.fm_extent_count = 64;
        if (ioctl(fd, GET_ES_CACHE, &map.head) < 0)
            return;
        if (!map.head.fm_mapped_extents) {
            /* Nothing is cached at this block; go on with the next one. */
            if (steps++ > 64)
                return;
            at += BLOCK;
            continue;
        }
        for (unsigned i = 0; i < map.head.fm_mapped_extents; i++) {
            if (to->extents == 256)
                return;
            to->extent[to->extents++] = map.extent[i];
            at = map.extent[i].fe_logical + map.extent[i].fe_length;
            if (map.extent[i].fe_flags & FIEMAP_EXTENT_LAST)
                return;
        }
    }
}

static void dump_forever(void)
{
    int theirs;
    prctl(PR_SET_NAME, "dumper");
    while (read(ask[0], &theirs, sizeof theirs) == sizeof theirs) {
        char name[64];
        snprintf(name, sizeof name, "/proc/%d/fd/%d", (int)getppid(), theirs);
        int fd = open(theirs < 0 ? path[0] : name, O_RDONLY);
        dumped->extents = 0;
        if (fd >= 0)
            dump_of(fd, dumped);
        close(fd);
        if (write(answer[1], &theirs, sizeof theirs) != sizeof theirs)
            break;
    }
    _exit(0);
}

static void record(const char *line, long result)
{
    struct stat st;
    int fd = any_fd(0);
    if (!records)
        return;
    mark("op %d esdump begin", recorded);
    if (write(ask[1], &fd, sizeof fd) != sizeof fd || read(answer[0], &fd, sizeof fd) != sizeof fd)
        die("dumper");
    mark("op %d esdump end", recorded);
    /* A file that is freed has neither size nor tree. */
    if (fd < 0 ? stat(path[0], &st) : fstat(fd, &st))
        memset(&st, 0, sizeof st);
    fprintf(records, "{\"i\":%d,\"op\":\"%s\",\"ret\":%ld,\"size\":%lld,\"blocks512\":%lld,\"es\":[", recorded, line, result,
            (long long)st.st_size, (long long)st.st_blocks);
    for (int i = 0; i < dumped->extents; i++) {
        const struct fiemap_extent *extent = &dumped->extent[i];
        int nowhere = extent->fe_flags & (FIEMAP_EXTENT_DELALLOC | 0x08000000);
        fprintf(records, "%s{\"lblk\":%llu,\"pblk\":%llu,\"len\":%llu,\"flags\":\"0x%x\"}", i ? "," : "",
                (unsigned long long)extent->fe_logical / BLOCK,
                nowhere ? 0 : (unsigned long long)extent->fe_physical / BLOCK,
                (unsigned long long)extent->fe_length / BLOCK, extent->fe_flags);
    }
    fprintf(records, "]}\n");
    fflush(records);
    recorded++;
}

static long result_of(long result)
{
    return result < 0 ? -(long)errno : result;
}

static void acknowledge(int file, struct piece piece, int value)
{
    pthread_mutex_lock(&lock);
    for (long at = piece.at; at < piece.at + piece.len && at < HALVES; at++)
        acknowledged[file][at] = value;
    pthread_mutex_unlock(&lock);
}

/* The writes in flight, by the number of the iocb. */
static struct { int file; struct piece piece; int value; unsigned char *buffer; } flight[256];

static long reap(long least)
{
    struct io_event events[IOCBS];
    long got = 0;
    while (got < least) {
        long more = result_of(syscall(SYS_io_getevents, context, 1L, (long)IOCBS, events, NULL));
        if (more < 0)
            return more;
        for (long i = 0; i < more; i++) {
            unsigned long nr = events[i].data;
            if (events[i].res < 0)
                found("write %lu returned %lld", nr, (long long)events[i].res);
            else {
                struct piece piece = { flight[nr].piece.at, (long)events[i].res / HALF };
                acknowledge(flight[nr].file, piece, flight[nr].value);
            }
            free(flight[nr].buffer);
            flight[nr].buffer = NULL;
        }
        got += more;
        outstanding -= (int)more;
    }
    return got;
}

static unsigned char *buffer_of(long halves, int value)
{
    void *buffer;
    if (posix_memalign(&buffer, (size_t)BLOCK, (size_t)(halves * HALF)))
        die("memory");
    memset(buffer, value, (size_t)(halves * HALF));
    return buffer;
}

static long submit(const struct op *op)
{
    struct iocb iocbs[IOCBS], *list[IOCBS];
    for (int i = 0; i < op->pieces; i++) {
        int nr = op->nr + i;
        flight[nr].file = op->file;
        flight[nr].piece = op->piece[i];
        flight[nr].value = nr % 200 + 1;
        flight[nr].buffer = buffer_of(op->piece[i].len, flight[nr].value);
        memset(&iocbs[i], 0, sizeof iocbs[i]);
        iocbs[i].aio_data = (unsigned long)nr;
        iocbs[i].aio_lio_opcode = IOCB_CMD_PWRITE;
        iocbs[i].aio_fildes = (unsigned)fd_of(op->thread, op->file, 1, op->sync);
        iocbs[i].aio_buf = (uintptr_t)flight[nr].buffer;
        iocbs[i].aio_nbytes = (unsigned long)(op->piece[i].len * HALF);
        iocbs[i].aio_offset = op->piece[i].at * HALF;
        list[i] = &iocbs[i];
    }
    for (int done = 0; done < op->pieces;) {
        int room = SLOTS - outstanding, left = op->pieces - done;
        if (room <= 0) {
            reap(1);
            continue;
        }
        long more = result_of(syscall(SYS_io_submit, context, (long)(left < room ? left : room), list + done));
        if (more == -EAGAIN && outstanding) {
            reap(1);
            continue;
        }
        if (more <= 0)
            return more;
        done += (int)more;
        outstanding += (int)more;
    }
    return op->pieces;
}

/* Looks for contents that cannot be there after the write of a half block was acknowledged. */
static void look(long at, const unsigned char *half)
{
    static const struct { int value; const char *name; } wrong[] = {
        { 0, "zeroes" }, { OLD_DATA, "old data" }, { NOT_READ, "nothing" },
    };
    for (int i = 0; i < 3; i++)
        if (memchr(half, wrong[i].value, (size_t)HALF))
            found("%s half of block %ld reads as %s after its write was acknowledged",
                  at % 2 ? "the second" : "the first", at / 2, wrong[i].name);
}

static long read_back(const struct op *op, int direct)
{
    struct piece piece = op->piece[0];
    int before[HALVES];
    unsigned char *buffer = buffer_of(piece.len, NOT_READ);
    pthread_mutex_lock(&lock);
    int times = forgotten[op->file];
    memcpy(before, acknowledged[op->file], sizeof before);
    pthread_mutex_unlock(&lock);
    long got = result_of(pread(fd_of(op->thread, op->file, direct, 0), buffer, (size_t)(piece.len * HALF), piece.at * HALF));
    pthread_mutex_lock(&lock);
    int same = times == forgotten[op->file];
    pthread_mutex_unlock(&lock);
    for (long i = 0; same && i < piece.len && (i + 1) * HALF <= got; i++)
        if (before[piece.at + i] >= 0)
            look(piece.at + i, buffer + i * HALF);
    free(buffer);
    return got;
}

static long write_now(const struct op *op, int direct)
{
    struct piece piece = op->piece[0];
    int value = op->nr % 200 + 1;
    unsigned char *buffer = buffer_of(piece.len, value);
    long done = result_of(pwrite(fd_of(op->thread, op->file, direct, op->sync), buffer, (size_t)(piece.len * HALF), piece.at * HALF));
    free(buffer);
    piece.len = done < 0 ? 0 : done / HALF;
    acknowledge(op->file, piece, value);
    return done;
}

static long allocate(const struct op *op, int mode)
{
    struct piece piece = op->piece[0];
    return result_of(fallocate(fd_of(op->thread, op->file, 0, 0), mode, piece.at * HALF, piece.len * HALF));
}

static __thread sigjmp_buf no_block;
static __thread volatile sig_atomic_t storing;

/* A store beyond the end of the file. */
static void no_page(int signal)
{
    if (storing)
        siglongjmp(no_block, 1);
    _exit(128 + signal);
}

/* A store into a block of a shared mapping. */
static long store(const struct op *op)
{
    struct piece piece = { 2L * op->number, 2 };
    int value = op->nr % 200 + 1;
    void *block = mmap(NULL, (size_t)BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd_of(op->thread, op->file, 0, 0),
                       op->number * BLOCK);
    if (block == MAP_FAILED)
        return result_of(-1);
    int beyond = sigsetjmp(no_block, 1);
    if (!beyond) {
        storing = 1;
        memset(block, value, (size_t)BLOCK);
    }
    storing = 0;
    munmap(block, (size_t)BLOCK);
    if (beyond)
        return -(long)ENXIO;
    acknowledge(op->file, piece, value);
    return 0;
}

/* Contents from a half block on are as good as never written. */
static void forget(const struct op *op, long first)
{
    pthread_mutex_lock(&lock);
    for (long at = first; at < HALVES; at++)
        acknowledged[op->file][at] = -1;
    forgotten[op->file]++;
    pthread_mutex_unlock(&lock);
}

static long drop_caches(int what)
{
    char byte = (char)('0' + what);
    int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);
    long done = result_of(write(fd, &byte, 1));
    close(fd);
    return done < 0 ? done : 0;
}

static long fiemap(const struct op *op)
{
    struct { struct fiemap head; struct fiemap_extent extent[64]; } map;
    memset(&map, 0, sizeof map);
    map.head.fm_length = ~0ULL;
    map.head.fm_extent_count = 64;
    long done = result_of(ioctl(fd_of(op->thread, op->file, 0, 0), FS_IOC_FIEMAP, &map.head));
    return done < 0 ? done : (long)map.head.fm_mapped_extents;
}

/* The blocks of a range change places with those of the other file. */
static long move_extents(const struct op *op)
{
    struct piece piece = op->piece[0];
    uint64_t from = (uint64_t)piece.at / 2, len = (uint64_t)piece.len / 2;
    int donor = fd_of(op->thread, 1 - op->file, 0, 0);
    if (donor < 0)
        return -(long)errno;
    struct exchange both = { 0, (uint32_t)donor, from, from, len, 0 };
    long done = result_of(ioctl(fd_of(op->thread, op->file, 0, 0), MOVE_EXTENTS, &both));
    return done < 0 ? done : (long)both.moved;
}

static long call(const struct op *op)
{
    const char *word = op->word;
    if (!strcmp(word, "unlink"))
        return result_of(unlink(path[op->file]));
    if (!strcmp(word, "getevents"))
        return reap(op->number ? op->number : outstanding);
    if (!strcmp(word, "drop_caches"))
        return drop_caches(op->number);
    if (!strcmp(word, "close")) {
        close_all(op->thread, op->file);
        return 0;
    }
    int fd = fd_of(op->thread, op->file, 0, 0);
    if (fd < 0)
        return -(long)errno;
    if (!strcmp(word, "aio_write"))
        return submit(op);
    if (!strcmp(word, "mmap_write"))
        return store(op);
    if (!strcmp(word, "dio_write") || !strcmp(word, "buf_write"))
        return write_now(op, word[0] == 'd');
    if (!strcmp(word, "dio_read") || !strcmp(word, "buf_read"))
        return read_back(op, word[0] == 'd');
    if (!strcmp(word, "fsync"))
        return result_of(fsync(fd));
    if (!strcmp(word, "fdatasync"))
        return result_of(fdatasync(fd));
    if (!strcmp(word, "fiemap"))
        return fiemap(op);
    if (!strcmp(word, "seek_data") || !strcmp(word, "seek_hole"))
        return result_of(lseek(fd, op->number * BLOCK, word[5] == 'd' ? SEEK_DATA : SEEK_HOLE));
    if (!strcmp(word, "truncate"))
        return result_of(ftruncate(fd, op->number * BLOCK));
    if (!strcmp(word, "fallocate"))
        return allocate(op, FALLOC_FL_KEEP_SIZE);
    if (!strcmp(word, "punch"))
        return allocate(op, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE);
    if (!strcmp(word, "zero_range"))
        return allocate(op, FALLOC_FL_KEEP_SIZE | FALLOC_FL_ZERO_RANGE);
    if (!strcmp(word, "collapse"))
        return allocate(op, FALLOC_FL_COLLAPSE_RANGE);
    if (!strcmp(word, "insert_range"))
        return allocate(op, FALLOC_FL_INSERT_RANGE);
    if (!strcmp(word, "move_extents"))
        return move_extents(op);
    fprintf(stderr, "no system call for %s\n", word);
    exit(2);
}

/* The first half block whose contents an operation takes away or moves; -1 if it does not. */
static long takes_from(const struct op *op)
{
    static const char *const words[] = { "punch", "zero_range", "collapse", "insert_range" };
    if (!strcmp(op->word, "truncate"))
        return 2L * op->number;
    for (int i = 0; i < 4; i++)
        if (!strcmp(op->word, words[i]))
            return op->piece[0].at;
    return -1;
}

/* Writes beside an operation that takes contents away may be lost or not. */
static long call_and_forget(const struct op *op)
{
    struct op taken = *op;
    /* The other file gets blocks without its contents; this one keeps its contents. */
    int moves = !strcmp(op->word, "move_extents");
    if (moves)
        taken.file = 1 - op->file;
    long from = moves ? op->piece[0].at : takes_from(op);
    if (from >= 0)
        forget(&taken, from);
    long result = call(op);
    if (from >= 0)
        forget(&taken, from);
    return result;
}

/* Makes a file as the script describes it. Each step is recorded. */
static void make(int file)
{
    const struct file *it = &files[file];
    char line[128];
    unlink(path[file]);
    int fd = open(path[file], O_RDWR | O_CREAT, 0644);
    if (fd < 0)
        die(path[file]);
    close(fd);
    struct op all = { .file = file };
    forget(&all, 0);
    fd = fd_of(OURS, file, 0, 0);
    if (fd < 0)
        die(path[file]);
    for (int i = -1; i < it->extents; i++) {
        long result;
        long at = i < 0 ? 0 : it->extent[i].at * BLOCK, len = i < 0 ? 0 : it->extent[i].len * BLOCK;
        if (i < 0)
            snprintf(line, sizeof line, "truncate size=%ld", it->blocks * BLOCK);
        else if (it->extent[i].written)
            snprintf(line, sizeof line, "dio_write off=%ld len=%ld sync=0", at, len);
        else
            snprintf(line, sizeof line, "fallocate off=%ld len=%ld mode=keep", at, len);
        if (file == 0)
            mark("op %d begin %s", recorded, line);
        if (i < 0)
            result = result_of(ftruncate(fd, it->blocks * BLOCK));
        else if (it->extent[i].written) {
            unsigned char *buffer = buffer_of(2 * it->extent[i].len, OLD_DATA);
            result = result_of(pwrite(fd_of(OURS, file, 1, 0), buffer, (size_t)len, at));
            free(buffer);
        } else
            result = result_of(fallocate(fd, FALLOC_FL_KEEP_SIZE, at, len));
        if (result < 0) {
            fprintf(stderr, "%s: %s\n", line, strerror((int)-result));
            exit(2);
        }
        if (file == 0) {
            char word[32];
            sscanf(line, "%31s", word);
            mark("op %d end %s ret=%ld", recorded, word, result);
            record(line, result);
        }
    }
    close_all(OURS, file);
}

/* Opens what the operations use, before the first of them: a later one may unlink the file. */
static void open_all(void)
{
    for (int i = 0; i < OPS; i++) {
        const struct op *op = &ops[i];
        const char *word = op->word;
        int direct = !strncmp(word, "dio", 3) || !strncmp(word, "aio", 3);
        if (!strcmp(word, "getevents") || !strcmp(word, "drop_caches") || !strcmp(word, "unlink"))
            continue;
        /* A script without a second file has the call fail. */
        if (!strcmp(word, "move_extents"))
            fd_of(op->thread, 1 - op->file, 0, 0);
        if (fd_of(op->thread, op->file, 0, 0) < 0 || fd_of(op->thread, op->file, direct, op->sync) < 0)
            die(path[op->file]);
    }
}

static volatile int round_of_delays;

static long take(const struct op *op)
{
    static long told[OPS];
    for (int thread = 0; thread < THREADS; thread++)
        while (finished[thread] < op->after[thread] && !hit)
            usleep(10);
    /* Without a schedule, each round has other delays. */
    int delay = op->delay >= 0 ? op->delay : (round_of_delays * (7 + op->nr + (int)(op - ops) * 13)) % 17 * 25;
    if (delay)
        usleep((useconds_t)delay);
    long result = call_and_forget(op);
    /* Each failure is told once. */
    if (result < 0 && told[op - ops] != result)
        fprintf(stderr, "%s returned %ld\n", op->word, result);
    told[op - ops] = result;
    finished[op->thread]++;
    return result;
}

static void *thread_of(void *number)
{
    int thread = (int)(intptr_t)number;
    char name[16];
    snprintf(name, sizeof name, "t%d", thread + 1);
    prctl(PR_SET_NAME, name);
    for (int i = 0; i < OPS; i++)
        if (ops[i].thread == thread)
            take(&ops[i]);
    return NULL;
}

static volatile int stop;

/* Memory pressure, if the script allows it. */
static void *shrinker(void *unused)
{
    (void)unused;
    while (!stop) {
        drop_caches(2);
        usleep(200);
    }
    return NULL;
}

static void one_round(void)
{
    recorded = 0;
    stop = 0;
    memset((void *)finished, 0, sizeof finished);
    for (int thread = 0; thread <= THREADS; thread++)
        for (int file = 0; file < FILES; file++)
            close_all(thread, file);
    for (int file = 0; file < (int)(sizeof files / sizeof files[0]); file++)
        make(file);
    open_all();
    pthread_t pressure;
    if (SHRINKS && pthread_create(&pressure, NULL, shrinker, NULL))
        die("thread");
    alarm(PATIENCE);
    if (MANY) {
        pthread_t threads[THREADS];
        mark("op %d begin %s", recorded, MANY);
        for (intptr_t i = 0; i < THREAD_COUNT; i++)
            if (pthread_create(&threads[i], NULL, thread_of, (void *)i))
                die("thread");
        for (int i = 0; i < THREAD_COUNT; i++)
            pthread_join(threads[i], NULL);
        mark("op %d end par ret=0", recorded);
        record(MANY, 0);
    } else {
        const char *line = NULL;
        long result = 0;
        for (int i = 0; i < OPS; i++) {
            char word[32] = "";
            if (ops[i].line) {
                line = ops[i].line;
                mark("op %d begin %s", recorded, line);
                result = 0;
            }
            long more = take(&ops[i]);
            /* The result of several submissions and their reaping is the number of writes. */
            if (more < 0)
                result = more;
            else if (ops[i].line || strcmp(ops[i].word, "getevents"))
                result += more;
            if (ops[i].ends && line) {
                sscanf(line, "%31s", word);
                mark("op %d end %s ret=%ld", recorded, word, result);
                record(line, result);
            }
        }
    }
    reap(outstanding);
    /* At the end all acknowledged contents are read again. */
    for (int file = 0; file < (int)(sizeof files / sizeof files[0]); file++) {
        if (access(path[file], F_OK))
            continue;
        struct op all = { .thread = OURS, .file = file, .word = "dio_read", .pieces = 1, .piece = { { 0, HALVES } } };
        read_back(&all, 1);
    }
    alarm(0);
    stop = 1;
    if (SHRINKS)
        pthread_join(pressure, NULL);
}

static void not_returned(int signal)
{
    static const char text[] = "hit: an operation does not return\n";
    (void)signal;
    if (write(1, text, sizeof text - 1) < 0)
        _exit(2);
    _exit(1);
}

static void put(const char *tracefs, const char *name, const char *text)
{
    char file[512];
    snprintf(file, sizeof file, "%s/%s", tracefs, name);
    int fd = open(file, O_WRONLY | O_TRUNC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        fprintf(stderr, "%s: %s\n", file, strerror(errno));
    close(fd);
}

int main(int count, char **arguments)
{
    char name[512], number[32];
    if (count != 5) {
        fprintf(stderr, "usage: %s DIRECTORY RUNS TRACEFS OUT\n", arguments[0]);
        return 2;
    }
    directory = arguments[1];
    int runs = atoi(arguments[2]);
    const char *tracefs = arguments[3], *out = arguments[4];
    for (int file = 0; file < (int)(sizeof files / sizeof files[0]); file++)
        snprintf(path[file], sizeof path[file], "%s/%s", directory, files[file].name);
    memset(fds, -1, sizeof fds);
    prctl(PR_SET_NAME, "t1");
    signal(SIGALRM, not_returned);
    signal(SIGBUS, no_page);
    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s%s/trace_marker", tracefs, i ? "/instances/extentscope" : "");
        markers[i] = open(name, O_WRONLY);
    }
    dumped = mmap(NULL, sizeof *dumped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (dumped == MAP_FAILED || pipe(ask) || pipe(answer))
        die("dumper");
    dumper = fork();
    if (dumper < 0)
        die("fork");
    if (dumper == 0)
        dump_forever();
    snprintf(number, sizeof number, "%d", (int)dumper);
    put(tracefs, "set_event_notrace_pid", number);
    put(tracefs, "instances/extentscope/set_event_notrace_pid", number);
    if (syscall(SYS_io_setup, (unsigned)SLOTS, &context))
        die("io_setup");
    int run = 0;
    for (run = 0; run < runs && !hit; run++) {
        /* Only the trace of the last round is kept. */
        put(tracefs, "trace", "");
        put(tracefs, "instances/extentscope/trace", "");
        snprintf(name, sizeof name, "%s/ops.jsonl", out);
        records = fopen(name, "w");
        if (!records)
            die(name);
        round_of_delays = run;
        one_round();
        fclose(records);
    }
    kill(dumper, SIGKILL);
    waitpid(dumper, NULL, 0);
    if (hit)
        printf("hit: round %d, %s\n", run, why);
    else
        printf("not hit: %d rounds\n", run);
    return hit;
}
