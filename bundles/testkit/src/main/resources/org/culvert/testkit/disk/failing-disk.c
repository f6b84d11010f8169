/*
 * A disk that fails: preloaded, it lets calls that write to certain files fail as the system would.
 *
 * FAILING_DISK_PATH     part of the path of the files whose disk fails
 * FAILING_DISK_CONTROL  a file; while it exists, its content says what fails: one word
 *                       write-EIO  write-ENOSPC  write-EROFS  short-ENOSPC  flush-EIO
 *                       new-ENOSPC  rename-EIO  all-EROFS
 *                       (short: half of it is written first; new: a file or directory that is
 *                       made; all: whatever changes a file or a directory, a flush does not)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* Returns the errno that a call of this kind on this path must fail with; 0: none. */
static int fault_at(const char *path, const char *kind, int *half)
{
  const char *part = getenv("FAILING_DISK_PATH");
  const char *control = getenv("FAILING_DISK_CONTROL");
  if (part == NULL || control == NULL || strstr(path, part) == NULL) {
    return 0;
  }
  int saved = errno;
  char what[32] = "";
  int in = (int) syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
  if (in >= 0) {
    ssize_t n = syscall(SYS_read, in, what, sizeof what - 1);
    what[n > 0 ? n : 0] = '\0';
    syscall(SYS_close, in);
  }
  errno = saved;
  char *error = strchr(what, '-');
  if (error == NULL) {
    return 0;
  }
  *error++ = '\0';
  *half = strcmp(what, "short") == 0;
  int all = strcmp(what, "all") == 0 && strcmp(kind, "flush") != 0;
  if (strcmp(what, kind) != 0 && !all && !(*half && strcmp(kind, "write") == 0)) {
    return 0;
  }
  if (strncmp(error, "ENOSPC", 6) == 0) {
    return ENOSPC;
  }
  return strncmp(error, "EROFS", 5) == 0 ? EROFS : EIO;
}

/* The same for an open file. */
static int fault(int fd, const char *kind, int *half)
{
  int saved = errno;
  char link[64];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  errno = saved;
  if (n <= 0) {
    return 0;
  }
  path[n] = '\0';
  return fault_at(path, kind, half);
}

#define REAL(name) ((__typeof__(&name)) dlsym(RTLD_NEXT, #name))

#define FAIL(fd, kind)                      \
  int half = 0;                             \
  int error = fault(fd, kind, &half);       \
  if (error != 0 && !(half && size > 1)) {  \
    errno = error;                          \
    return -1;                              \
  }                                         \
  size_t part = error != 0 ? size / 2 : size

ssize_t write(int fd, const void *octets, size_t size)
{
  FAIL(fd, "write");
  return REAL(write)(fd, octets, part);
}

ssize_t pwrite(int fd, const void *octets, size_t size, off_t at)
{
  FAIL(fd, "write");
  return REAL(pwrite)(fd, octets, part, at);
}

ssize_t pwrite64(int fd, const void *octets, size_t size, off64_t at)
{
  FAIL(fd, "write");
  return REAL(pwrite64)(fd, octets, part, at);
}

int ftruncate(int fd, off_t length)
{
  size_t size = 0;
  FAIL(fd, "write");
  (void) part;
  return REAL(ftruncate)(fd, length);
}

int ftruncate64(int fd, off64_t length)
{
  size_t size = 0;
  FAIL(fd, "write");
  (void) part;
  return REAL(ftruncate64)(fd, length);
}

int fsync(int fd)
{
  size_t size = 0;
  FAIL(fd, "flush");
  (void) part;
  return REAL(fsync)(fd);
}

int fdatasync(int fd)
{
  size_t size = 0;
  FAIL(fd, "flush");
  (void) part;
  return REAL(fdatasync)(fd);
}

/* A call that changes what is in a directory, or a file's mode. */
#define FAIL_AT(path, kind)                 \
  int half = 0;                             \
  int error = fault_at(path, kind, &half);  \
  if (error != 0) {                         \
    errno = error;                          \
    return -1;                              \
  }

#define OPEN(name)                                                                    \
  int name(const char *path, int flags, ...)                                          \
  {                                                                                   \
    mode_t mode = 0;                                                                  \
    if ((flags & (O_CREAT | O_TMPFILE)) != 0) {                                       \
      va_list rest;                                                                   \
      va_start(rest, flags);                                                          \
      mode = va_arg(rest, mode_t);                                                    \
      va_end(rest);                                                                   \
    }                                                                                 \
    int there = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;                    \
    if ((flags & O_CREAT) != 0 && !there) {                                           \
      FAIL_AT(path, "new")                                                            \
    } else if (there && ((flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0)) { \
      FAIL_AT(path, "open")                                                           \
    }                                                                                 \
    return REAL(name)(path, flags, mode);                                             \
  }

OPEN(open)
OPEN(open64)

int mkdir(const char *path, mode_t mode)
{
  if (syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0) {
    FAIL_AT(path, "new")
  }
  return REAL(mkdir)(path, mode);
}

int rename(const char *from, const char *to)
{
  FAIL_AT(to, "rename")
  return REAL(rename)(from, to);
}

int unlink(const char *path)
{
  if (syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0) {
    FAIL_AT(path, "remove")
  }
  return REAL(unlink)(path);
}

int chmod(const char *path, mode_t mode)
{
  FAIL_AT(path, "mode")
  return REAL(chmod)(path, mode);
}
