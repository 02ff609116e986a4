/*-------------------------------------------------------------------------
 *
 * record.c
 *	  Records what clients of docnum see: a history.
 *
 *	 record --connection=... --folder=DIR [--seed=N] ...
 *
 * Starts clients that take, reserve, confirm and cancel numbers in random
 * transactions, readers that look at STRICT scopes, and a sampler that looks
 * for waits; each is a process of its own and writes files of its own.  Ends
 * after --milliseconds, at SIGTERM, or when the server is lost for longer than
 * --patience.  With --drain it fills the holes of a history instead: new
 * sessions take numbers until no hole is left or one ought not to be.
 *
 * Statuses: 0 done, 1 a process failed, 2 wrong usage.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "record.h"

Options		options = {
	.connection = "",
	.prefix = "",
	.seed = 1,
	.clients = 8,
	.readers = 1,
	.milliseconds = 10000,
	.concurrent_scopes = 3,
	.strict_scopes = 3,
	.losses = 500
};
Shared	   *shared;

static uint64_t random_state;

void
die(const char *format,...)
{
	va_list		arguments;

	va_start(arguments, format);
	fprintf(stderr, "record: ");
	vfprintf(stderr, format, arguments);
	fprintf(stderr, "\n");
	va_end(arguments);
	exit(1);
}

static int64_t
read_clock(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * INT64_C(1000000) + time.tv_nsec / 1000;
}

/*
 * now returns the time of histories: microseconds of a clock that nobody sets,
 * the same in all processes of the machine.
 */
int64_t
now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/*
 * clock_offset returns what to add to that for the time of the server's clock.
 */
int64_t
clock_offset(void)
{
	return read_clock(CLOCK_REALTIME) - now();
}

void
nap(int64_t microseconds)
{
	struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};

	nanosleep(&time, NULL);
}

/*
 * seed_random begins the sequence of one process: xorshift64*, so that a seed
 * means the same everywhere.
 */
void
seed_random(uint64_t stream)
{
	random_state = (options.seed + 1) * UINT64_C(0x9E3779B97F4A7C15) ^
		(stream + 1) * UINT64_C(0xD1B54A32D192ED03);
	for (int i = 0; i < 8; i++)
		(void) random_below(2);
}

int
random_below(int limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (int) ((random_state * UINT64_C(0x2545F4914F6CDD1D) >> 33) % (uint64_t) limit);
}

bool
chance(int percent)
{
	return random_below(100) < percent;
}

/*
 * history_file opens a file of the history; each process has its own.
 */
FILE *
history_file(const char *kind, int process)
{
	char		path[1024];
	FILE	   *file;

	snprintf(path, sizeof(path), "%s/%s.%d", options.folder, kind, process);
	file = fopen(path, "w");
	if (file == NULL)
		die("%s: %s", path, strerror(errno));
	return file;
}

/*
 * record_clock notes how far the server's clock is from ours, so that a clock
 * that was set meanwhile does not go unnoticed.
 */
void
record_clock(FILE * file, int process)
{
	fprintf(file, "%d\t%lld\t%lld\n", process, (long long) now(), (long long) clock_offset());
}

void
put_time(FILE * file, int64_t time)
{
	if (time == NEVER)
		fputs("\t\\N", file);
	else
		fprintf(file, "\t%lld", (long long) time);
}

void
put_text(FILE * file, const char *text)
{
	fprintf(file, "\t%s", text[0] != '\0' ? text : "\\N");
}

/* A scope is written TYPE/VALUE. */
const char *
scope_type(const char *scope)
{
	return scope_is_strict(scope) ? STRICT_TYPE : CONCURRENT_TYPE;
}

const char *
scope_value(const char *scope)
{
	return strchr(scope, '/') + 1;
}

bool
scope_is_strict(const char *scope)
{
	return strncmp(scope, STRICT_TYPE "/", strlen(STRICT_TYPE "/")) == 0;
}

static void
stop_all(int signal)
{
	(void) signal;
	shared->stop = true;
}

static void
make_shared(void)
{
	pthread_mutexattr_t attributes;

	shared = mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	shared->start = now();
	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&shared->mutex, &attributes);
}

/*
 * become runs a process in a child.
 */
static void
become(void (*run) (int, int), int process, int argument)
{
	pid_t		child = fork();

	if (child < 0)
		die("fork: %s", strerror(errno));
	if (child > 0)
		return;
	signal(SIGTERM, SIG_IGN);	/* the parent tells when to stop */
	signal(SIGINT, SIG_IGN);
	seed_random(process);
	run(process, argument);
	fflush(NULL);
	_exit(0);
}

static void
run_client(int process, int argument)
{
	(void) argument;
	client_run(process);
}

static void
run_sampler(int process, int argument)
{
	(void) process;
	(void) argument;
	sampler_run();
}

/*
 * wait_for_all waits until no child is left, and stops them when their time is
 * over.  Returns how many failed.
 */
static int
wait_for_all(void)
{
	int			failed = 0;

	for (;;)
	{
		int			status;
		pid_t		child = waitpid(-1, &status, WNOHANG);

		if (child > 0)
			failed += (status != 0);
		else if (child < 0 && errno == ECHILD)
			return failed;
		else
			nap(5000);
		if (now() - shared->start > options.milliseconds * INT64_C(1000))
			shared->stop = true;
	}
}

static void
usage(void)
{
	fprintf(stderr, "usage: record --connection=STRING --folder=DIR [--prefix=TEXT] [--seed=N]\n"
			"	[--clients=N] [--readers=N] [--milliseconds=N] [--concurrent-scopes=N]\n"
			"	[--strict-scopes=N] [--hold=PERCENT] [--losses=N] [--patience=SECONDS]\n"
			"	[--asynchronous] [--debug-point=NAME:ACTION]\n"
			"record --drain --connection=STRING --folder=DIR [--prefix=TEXT]\n");
	exit(2);
}

static void
read_options(int argc, char **argv)
{
	static const struct option known[] = {
		{"connection", required_argument, NULL, 'c'},
		{"folder", required_argument, NULL, 'f'},
		{"prefix", required_argument, NULL, 'p'},
		{"seed", required_argument, NULL, 's'},
		{"clients", required_argument, NULL, 'n'},
		{"readers", required_argument, NULL, 'r'},
		{"milliseconds", required_argument, NULL, 'm'},
		{"concurrent-scopes", required_argument, NULL, 'C'},
		{"strict-scopes", required_argument, NULL, 'S'},
		{"hold", required_argument, NULL, 'h'},
		{"losses", required_argument, NULL, 'l'},
		{"patience", required_argument, NULL, 'w'},
		{"asynchronous", no_argument, NULL, 'a'},
		{"debug-point", required_argument, NULL, 'd'},
		{"drain", no_argument, NULL, 'D'},
		{NULL, 0, NULL, 0}
	};
	int			letter;

	while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1)
	{
		switch (letter)
		{
			case 'c':
				options.connection = optarg;
				break;
			case 'f':
				options.folder = optarg;
				break;
			case 'p':
				options.prefix = optarg;
				break;
			case 's':
				options.seed = strtoull(optarg, NULL, 10);
				break;
			case 'n':
				options.clients = atoi(optarg);
				break;
			case 'r':
				options.readers = atoi(optarg);
				break;
			case 'm':
				options.milliseconds = atoi(optarg);
				break;
			case 'C':
				options.concurrent_scopes = atoi(optarg);
				break;
			case 'S':
				options.strict_scopes = atoi(optarg);
				break;
			case 'h':
				options.hold = atoi(optarg);
				break;
			case 'l':
				options.losses = atoi(optarg);
				break;
			case 'w':
				options.patience = atoi(optarg);
				break;
			case 'a':
				options.asynchronous = true;
				break;
			case 'd':
				options.debug_point = optarg;
				break;
			case 'D':
				options.drain = true;
				break;
			default:
				usage();
		}
	}
	if (optind < argc || options.folder == NULL ||
		options.concurrent_scopes + options.strict_scopes == 0)
		usage();
}

int
main(int argc, char **argv)
{
	int			readers = 0;

	read_options(argc, argv);
	make_shared();
	if (options.drain)
	{
		drain_run();
		return 0;
	}

	signal(SIGTERM, stop_all);
	signal(SIGINT, stop_all);
	for (int i = 1; i <= options.clients; i++)
		become(run_client, i, 0);
	for (int scope = 1; scope <= options.strict_scopes; scope++)
	{
		for (int i = 0; i < options.readers; i++)
			become(reader_run, ++readers + 1000, scope);
	}
	become(run_sampler, 2000, 0);
	return wait_for_all() > 0;
}
