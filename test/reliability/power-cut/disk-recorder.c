// Loaded before the C library (LD_PRELOAD) into a process under test. It notes every change that the process makes to files
// below TAHSIL_DISK_FOLDER, and every sync, in the log TAHSIL_DISK_LOG; replay.ts rebuilds from it what a disk may hold
// after a power cut. With TAHSIL_DISK_FAIL="CALL:N:ERRNO[:forever]" it also lets the N-th call of that kind fail
// (sync, write, truncate, open, unlink), counted from the moment the process writes `arm` into its file `marks`;
// ERRNO 0 kills the process there instead, a write then half done.
// Nothing of the product knows of it. Built by build-recorder.ts.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS_MAX 4096
#define PATH_BYTES_MAX 1024

// One record of the log: this head, then `length` bytes. Little endian, read by replay.ts.
struct head {
  uint8_t kind; // o open, w write, t truncate, s sync, d sync of a folder, u unlink, r rename, m mark
  uint8_t is_created;
  uint8_t pad[6];
  uint64_t inode;
  uint64_t offset;
  uint64_t length;
};

struct tracked {
  uint64_t inode;
  uint8_t kind; // 0 not ours, 'f' file, 'd' folder, 'm' marks
};

enum fault_call { SYNC, WRITE, TRUNCATE, OPEN, UNLINK, CALLS };
static const char *fault_names[CALLS] = {"sync", "write", "truncate", "open", "unlink"};

static struct tracked files[FDS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_BYTES_MAX];
static int log_fd = -1, marks_fd = -1;
static int fault = -1, fault_errno, fault_is_forever, is_armed;
static long fault_at, fault_seen;

static int (*real_open)(const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_truncate)(int, off64_t);
static int (*real_unlink)(const char *);
static int (*real_rename)(const char *, const char *);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

static void find_real(void) {
  if (real_open) return;
  real_close = dlsym(RTLD_NEXT, "close");
  real_write = dlsym(RTLD_NEXT, "write");
  real_writev = dlsym(RTLD_NEXT, "writev");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_truncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_unlink = dlsym(RTLD_NEXT, "unlink");
  real_rename = dlsym(RTLD_NEXT, "rename");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  real_open = dlsym(RTLD_NEXT, "open64");
}

static void read_fault(const char *text) {
  char name[16], word[16] = "";
  if (sscanf(text, "%15[a-z]:%ld:%d:%15s", name, &fault_at, &fault_errno, word) < 3) {
    fprintf(stderr, "disk-recorder: cannot read TAHSIL_DISK_FAIL\n");
    abort();
  }
  fault_is_forever = strcmp(word, "forever") == 0;
  for (int call = 0; call < CALLS; call += 1)
    if (strcmp(name, fault_names[call]) == 0) fault = call;
}

__attribute__((constructor)) static void start(void) {
  find_real();
  const char *path = getenv("TAHSIL_DISK_FOLDER");
  if (!path || strlen(path) >= PATH_BYTES_MAX) return;
  strcpy(folder, path);
  const char *log = getenv("TAHSIL_DISK_LOG");
  if (log) log_fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const char *text = getenv("TAHSIL_DISK_FAIL");
  if (text) read_fault(text);
}

static void note(uint8_t kind, uint64_t inode, uint64_t offset, const void *bytes, uint64_t length, int is_created) {
  if (log_fd < 0) return;
  struct head head = {kind, (uint8_t)is_created, {0}, inode, offset, length};
  struct iovec parts[2] = {{&head, sizeof head}, {(void *)bytes, length}};
  ssize_t size = (ssize_t)(sizeof head + length);
  if (real_writev(log_fd, parts, length ? 2 : 1) != size) {
    fprintf(stderr, "disk-recorder: the log cannot be written\n");
    abort();
  }
}

// Whether this call is the one to fail; sets errno.
static int must_fail(enum fault_call call) {
  if (fault != (int)call || !is_armed) return 0;
  fault_seen += 1;
  if (fault_seen != fault_at && !(fault_is_forever && fault_seen > fault_at)) return 0;
  note('m', 0, 0, "failed\n", 7, 0);
  if (fault_seen == fault_at && marks_fd >= 0) real_write(marks_fd, "failed\n", 7);
  if (fault_errno == 0 && call != WRITE) kill(getpid(), SIGKILL);
  errno = fault_errno;
  return 1;
}

static int is_ours(const char *path) {
  size_t length = strlen(folder);
  return length > 0 && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static struct tracked *of(int fd) {
  return fd >= 0 && fd < FDS_MAX && files[fd].kind ? &files[fd] : NULL;
}

static int ends_with(const char *path, const char *end) {
  size_t a = strlen(path), b = strlen(end);
  return a >= b && strcmp(path + a - b, end) == 0;
}

static int open_noted(const char *path, int flags, mode_t mode) {
  find_real();
  if (!is_ours(path)) return real_open(path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat state;
  int is_new = stat(path, &state) != 0;
  int fd = (flags & O_CREAT) && must_fail(OPEN) ? -1 : real_open(path, flags, mode);
  if (fd >= 0 && fd < FDS_MAX && fstat(fd, &state) == 0) {
    int is_folder = S_ISDIR(state.st_mode);
    files[fd].inode = state.st_ino;
    files[fd].kind = is_folder ? 'd' : ends_with(path, "/marks") ? 'm' : 'f';
    if (files[fd].kind == 'm') marks_fd = fd;
    if (files[fd].kind == 'f') {
      note('o', state.st_ino, 0, path, strlen(path), is_new);
      if (flags & O_TRUNC) note('t', state.st_ino, 0, "", 0, 0);
    }
  }
  int kept = errno;
  pthread_mutex_unlock(&lock);
  errno = kept;
  return fd;
}

#define MODE_OF(flags, mode)            \
  mode_t mode = 0;                      \
  if ((flags) & O_CREAT || ((flags) & O_TMPFILE) == O_TMPFILE) { \
    va_list rest;                       \
    va_start(rest, flags);              \
    mode = va_arg(rest, mode_t);        \
    va_end(rest);                       \
  }

int open(const char *path, int flags, ...) {
  MODE_OF(flags, mode);
  return open_noted(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE_OF(flags, mode);
  return open_noted(path, flags | O_LARGEFILE, mode);
}

int close(int fd) {
  find_real();
  pthread_mutex_lock(&lock);
  if (fd >= 0 && fd < FDS_MAX) files[fd].kind = 0;
  pthread_mutex_unlock(&lock);
  return real_close(fd);
}

static ssize_t write_noted(int fd, const void *bytes, size_t length, off64_t offset, int has_offset) {
  find_real();
  struct tracked *file = of(fd);
  if (!file) return has_offset ? real_pwrite(fd, bytes, length, offset) : real_write(fd, bytes, length);
  pthread_mutex_lock(&lock);
  ssize_t done = -1;
  if (file->kind == 'm') {
    if (length >= 3 && memcmp(bytes, "arm", 3) == 0) is_armed = 1;
    note('m', 0, 0, bytes, length, 0);
    done = real_write(fd, bytes, length);
  } else if (must_fail(WRITE)) {
    if (fault_errno == 0) {
      if (has_offset) real_pwrite(fd, bytes, length / 2, offset);
      else real_write(fd, bytes, length / 2);
      kill(getpid(), SIGKILL);
    }
  } else {
    off64_t at = has_offset ? offset : lseek64(fd, 0, SEEK_CUR);
    done = has_offset ? real_pwrite(fd, bytes, length, offset) : real_write(fd, bytes, length);
    if (done > 0) note('w', file->inode, (uint64_t)(fcntl(fd, F_GETFL) & O_APPEND ? lseek64(fd, 0, SEEK_END) - done : at), bytes, (uint64_t)done, 0);
  }
  int kept = errno;
  pthread_mutex_unlock(&lock);
  errno = kept;
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return write_noted(fd, bytes, length, 0, 0); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return write_noted(fd, bytes, length, offset, 1); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return write_noted(fd, bytes, length, offset, 1); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  find_real();
  if (!of(fd)) return real_writev(fd, parts, count);
  ssize_t sum = 0;
  for (int at = 0; at < count; at += 1) {
    ssize_t done = write_noted(fd, parts[at].iov_base, parts[at].iov_len, 0, 0);
    if (done < 0) return sum > 0 ? sum : -1;
    sum += done;
  }
  return sum;
}

static int truncate_noted(int fd, off64_t size) {
  find_real();
  struct tracked *file = of(fd);
  if (!file) return real_truncate(fd, size);
  pthread_mutex_lock(&lock);
  int result = must_fail(TRUNCATE) ? -1 : real_truncate(fd, size);
  if (result == 0) note('t', file->inode, (uint64_t)size, "", 0, 0);
  int kept = errno;
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}
int ftruncate(int fd, off_t size) { return truncate_noted(fd, size); }
int ftruncate64(int fd, off64_t size) { return truncate_noted(fd, size); }

// A recorded sync does not reach the real disk: only its place in the order counts.
static int sync_noted(int fd, int (*real)(int)) {
  struct tracked *file = of(fd);
  if (!file || log_fd < 0) {
    if (file && must_fail(SYNC)) return -1;
    return real(fd);
  }
  pthread_mutex_lock(&lock);
  int result = must_fail(SYNC) ? -1 : 0;
  if (result == 0) note(file->kind == 'd' ? 'd' : 's', file->inode, 0, "", 0, 0);
  int kept = errno;
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}
int fsync(int fd) {
  find_real();
  return sync_noted(fd, real_fsync);
}
int fdatasync(int fd) {
  find_real();
  return sync_noted(fd, real_fdatasync);
}

int unlink(const char *path) {
  find_real();
  if (!is_ours(path)) return real_unlink(path);
  pthread_mutex_lock(&lock);
  int result = must_fail(UNLINK) ? -1 : real_unlink(path);
  if (result == 0) note('u', 0, 0, path, strlen(path), 0);
  int kept = errno;
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}

int rename(const char *from, const char *to) {
  find_real();
  if (!is_ours(from) || !is_ours(to)) return real_rename(from, to);
  pthread_mutex_lock(&lock);
  int result = real_rename(from, to);
  if (result == 0) {
    char both[2 * PATH_BYTES_MAX];
    int length = snprintf(both, sizeof both, "%s\n%s", from, to);
    note('r', 0, 0, both, (uint64_t)length, 0);
  }
  int kept = errno;
  pthread_mutex_unlock(&lock);
  errno = kept;
  return result;
}
