/*-------------------------------------------------------------------------
 *
 * wal_shim.c
 *	  Preloaded into a server: each write of WAL takes its time.
 *
 *	 DOCNUM_WAL_DELAY=MICROSECONDS LD_PRELOAD=.../wal_shim.so
 *
 * kill -9 does not lose what a process has written, only what it has not: the
 * kernel has the rest.  So a test that kills a server loses next to nothing,
 * and a commit that was answered too early survives by luck.  With the writes
 * delayed before the data reaches the file, what was not written is really
 * lost with the processes, and what was answered before it was written, too.
 * Every write is delayed by a random time up to the one given.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

typedef ssize_t (*WriteFunction) (int, const void *, size_t, off_t);

/*
 * is_wal: is it a file of the server's WAL?
 */
static bool
is_wal(int file)
{
	char		link[64];
	char		path[4096];
	ssize_t		length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return false;
	path[length] = '\0';
	return strstr(path, "/pg_wal/") != NULL;
}

static void
delay(void)
{
	const char *setting = getenv("DOCNUM_WAL_DELAY");
	long		longest = setting ? atol(setting) : 0;
	struct timespec time = {0};

	if (longest <= 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &time);
	longest = (time.tv_nsec ^ getpid()) % longest;
	time.tv_sec = longest / 1000000;
	time.tv_nsec = longest % 1000000 * 1000;
	nanosleep(&time, NULL);
}

static ssize_t
delayed_write(const char *name, int file, const void *data, size_t bytes, off_t offset)
{
	WriteFunction write_function = (WriteFunction) dlsym(RTLD_NEXT, name);
	int			saved = errno;

	if (is_wal(file))
		delay();
	errno = saved;
	return write_function(file, data, bytes, offset);
}

ssize_t
pwrite(int file, const void *data, size_t bytes, off_t offset)
{
	return delayed_write("pwrite", file, data, bytes, offset);
}

ssize_t
pwrite64(int file, const void *data, size_t bytes, off_t offset)
{
	return delayed_write("pwrite64", file, data, bytes, offset);
}
