/*-------------------------------------------------------------------------
 *
 * record.h
 *	  What the parts of the history recorder share.
 *
 * README.md tells what a history is and what is in its files.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HISTORY_RECORD_H
#define HISTORY_RECORD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "libpq-fe.h"

#define CONCURRENT_TYPE "CON"	/* the document types, one of each allocation */
#define STRICT_TYPE		"STR"

#define SCOPE_SIZE		64
#define TAG_SIZE		64
#define TOKEN_SIZE		40
#define SHARED_TOKENS	512

#define NEVER			INT64_C(-1) /* a time that was not seen */

typedef struct Options
{
	const char *connection;		/* libpq's connection string */
	const char *folder;			/* where the history goes */
	const char *prefix;			/* of the names of the scopes */
	uint64_t	seed;
	int			clients;
	int			readers;		/* of each STRICT scope */
	int			milliseconds;
	int			concurrent_scopes;
	int			strict_scopes;
	int			hold;			/* percentage of blocks that client 1 holds
								 * for long */
	int			losses;			/* one answer in so many is not read; 0: none,
								 * but one of each client */
	int			patience;		/* seconds in which a lost server must be back */
	bool		asynchronous;	/* clients ask for synchronous_commit = off */
	const char *debug_point;	/* NAME:ACTION, for one client after a while */
	bool		drain;			/* fill the holes instead */
} Options;

/* A committed reservation that any client may finish. */
typedef struct SharedToken
{
	char		token[TOKEN_SIZE];
	char		scope[SCOPE_SIZE];
	int64_t		value;
} SharedToken;

/* What the processes share. */
typedef struct Shared
{
	volatile bool stop;
	int64_t		start;
	pthread_mutex_t mutex;
	unsigned	tokens;			/* published so far; the last ones are kept */
	SharedToken token[SHARED_TOKENS];
	unsigned	numbers;		/* the same of numbers, to be voided */
	SharedToken issued[SHARED_TOKENS];
} Shared;

typedef enum AnswerKind
{
	ANSWER_OK,
	ANSWER_ERROR,
	ANSWER_LOST					/* the connection ended before it came */
} AnswerKind;

typedef struct Answer
{
	AnswerKind	kind;
	int64_t		call;
	int64_t		returned;		/* NEVER if it was lost */
	char		sqlstate[6];
	PGresult   *result;			/* cleared by the next question */
} Answer;

typedef struct Connection
{
	PGconn	   *conn;			/* NULL while there is none */
	Answer		answer;
} Connection;

extern Options options;
extern Shared *shared;

/* record.c */
extern void die(const char *format,...) __attribute__((format(printf, 1, 2), noreturn));
extern int64_t now(void);
extern int64_t clock_offset(void);
extern void nap(int64_t microseconds);
extern void seed_random(uint64_t stream);
extern int	random_below(int limit);
extern bool chance(int percent);
extern FILE * history_file(const char *kind, int process);
extern void record_clock(FILE * file, int process);
extern void put_time(FILE * file, int64_t time);
extern void put_text(FILE * file, const char *text);
extern const char *scope_type(const char *scope);
extern const char *scope_value(const char *scope);
extern bool scope_is_strict(const char *scope);

/* connection.c */
extern bool connection_open(Connection *connection, const char *name);
extern void connection_close(Connection *connection);
extern Answer *ask(Connection *connection, const char *sql, int n, const char *const *params);
extern Answer *ask_and_leave(Connection *connection, const char *sql, int n,
							 const char *const *params);
extern void leave(Connection *connection);
extern const char *answer_text(const Answer *answer, int row, int column);
extern int64_t answer_number(const Answer *answer, int row, int column);

/* the processes */
extern void client_run(int process);
extern void drain_run(void);
extern void reader_run(int process, int scope);
extern void sampler_run(void);

#endif							/* HISTORY_RECORD_H */
