/*
 * A disk that fails: preloaded, it lets calls that write to certain files fail as the system would.
 *
 * FAILING_DISK_PATH     part of the path of the files whose disk fails
 * FAILING_DISK_CONTROL  a file; while it exists, its content says what fails: one word
 *                       write-EIO  write-ENOSPC  write-EROFS  short-ENOSPC  flush-EIO
 *                       (short: half of it is written first)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* Returns the errno that a call of this kind on this file must fail with; 0: none. */
static int fault(int fd, const char *kind, int *half)
{
  const char *part = getenv("FAILING_DISK_PATH");
  const char *control = getenv("FAILING_DISK_CONTROL");
  if (part == NULL || control == NULL) {
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
  if (what[0] == '\0') {
    return 0;
  }
  char link[64];
  char path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  errno = saved;
  if (n <= 0) {
    return 0;
  }
  path[n] = '\0';
  if (strstr(path, part) == NULL) {
    return 0;
  }
  char *error = strchr(what, '-');
  if (error == NULL) {
    return 0;
  }
  *error++ = '\0';
  *half = strcmp(what, "short") == 0;
  if (strcmp(what, kind) != 0 && !(*half && strcmp(kind, "write") == 0)) {
    return 0;
  }
  if (strncmp(error, "ENOSPC", 6) == 0) {
    return ENOSPC;
  }
  return strncmp(error, "EROFS", 5) == 0 ? EROFS : EIO;
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
