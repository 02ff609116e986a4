/*-------------------------------------------------------------------------
 *
 * debug_point.c
 *	  Named places in the engine where a test can interfere.
 *
 * The setting docnum.debug_point names a point and what is to happen there:
 * NAME:ACTION, several separated by commas.  Actions:
 *
 *	 wait	   take and release in share mode the advisory lock whose key is
 *			   hashtext('docnum ' || NAME), which a test holds to stop us here
 *	 error	   raise an error (55000)
 *	 cancel	   as if pg_cancel_backend had been called: 57014
 *	 terminate as if pg_terminate_backend had been called: 57P01
 *	 crash	   kill -9 of this process
 *	 discard   throw away every cache of the server in this process
 *
 * Where no error may be raised (callbacks after the commit), only wait and
 * crash do something.
 *
 * With the environment variable DOCNUM_DEBUG_VISITS, each process appends the
 * name of a point to that file when it first passes it, so that a test run can
 * tell which points were never visited.
 *
 * Memory: one static list of the names that were reported.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#ifdef DOCNUM_DEBUG

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/inval.h"

#include "debug_point.h"

#define MAX_POINTS 64

static char *debug_point_setting = NULL;
static const char *reported[MAX_POINTS];
static int	nreported = 0;

void
debug_point_init(void)
{
	DefineCustomStringVariable("docnum.debug_point",
							   "What happens at which debug point: NAME:ACTION, ...",
							   "Only in libraries built for tests.",
							   &debug_point_setting,
							   "",
							   PGC_SUSET,
							   GUC_NOT_IN_SAMPLE,
							   NULL, NULL, NULL);
}

/*
 * report tells the test run that the point was passed; a name is a literal, so
 * that its address tells it from others.
 */
static void
report(const char *name)
{
	const char *path = getenv("DOCNUM_DEBUG_VISITS");
	char		line[64];
	int			file;

	for (int i = 0; i < nreported; i++)
	{
		if (reported[i] == name)
			return;
	}
	if (nreported < MAX_POINTS)
		reported[nreported++] = name;
	if (path == NULL)
		return;
	file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0666);
	if (file < 0)
		return;
	snprintf(line, sizeof(line), "%s\n", name);
	if (write(file, line, strlen(line)) < 0)
		elog(LOG, "could not report a debug point");
	close(file);
}

/*
 * wait_here stops until nobody holds the point's advisory lock.
 */
static void
wait_here(const char *name)
{
	char		key[64];
	LOCKTAG		tag;
	int64		hash;

	snprintf(key, sizeof(key), "docnum %s", name);
	hash = DatumGetInt32(hash_any((const unsigned char *) key, strlen(key)));
	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) (hash >> 32), (uint32) hash, 1);
	(void) LockAcquire(&tag, ShareLock, false, false);
	LockRelease(&tag, ShareLock, false);
}

static void
act(const char *name, const char *action, bool may_raise)
{
	if (strcmp(action, "wait") == 0)
		wait_here(name);
	else if (strcmp(action, "crash") == 0)
		kill(getpid(), SIGKILL);
	else if (!may_raise)
		return;
	else if (strcmp(action, "error") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("debug point \"%s\"", name)));
	else if (strcmp(action, "cancel") == 0)
	{
		InterruptPending = QueryCancelPending = true;
		CHECK_FOR_INTERRUPTS();
	}
	else if (strcmp(action, "terminate") == 0)
	{
		InterruptPending = ProcDiePending = true;
		CHECK_FOR_INTERRUPTS();
	}
	else if (strcmp(action, "discard") == 0)
		InvalidateSystemCaches();
}

/*
 * debug_point_visit is called at each point.
 */
void
debug_point_visit(const char *name, bool may_raise)
{
	size_t		length = strlen(name);
	const char *item = debug_point_setting;

	report(name);
	while (item != NULL && item[0] != '\0')
	{
		const char *end = strchr(item, ',');
		size_t		bytes = end ? (size_t) (end - item) : strlen(item);

		if (bytes > length && strncmp(item, name, length) == 0 && item[length] == ':')
		{
			char		action[16];

			strlcpy(action, item + length + 1, Min(sizeof(action), bytes - length));
			act(name, action, may_raise);
		}
		item = end ? end + 1 : NULL;
	}
}

#endif							/* DOCNUM_DEBUG */
