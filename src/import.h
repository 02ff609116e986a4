/*-------------------------------------------------------------------------
 *
 * import.h
 *	  What the parts of docnum_import share: one import, one row of it.
 *
 * Private to import*.c.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_IMPORT_H
#define DOCNUM_IMPORT_H

#include "utils/date.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/tuplesort.h"

#include "document_type.h"
#include "ledger.h"

/* What became of a row, in the order in which they are counted. */
typedef enum ImportVerdict
{
	IMPORT_IMPORTED,
	IMPORT_EXTERNAL,
	IMPORT_DUPLICATE,
	IMPORT_TAKEN,
	IMPORT_MISMATCH,
	IMPORT_OUT_OF_RANGE,
	IMPORT_BAD_DATE,
	IMPORT_BAD_SCOPE,
	IMPORT_VERDICTS
} ImportVerdict;

typedef enum ImportReport
{
	REPORT_ALL,
	REPORT_PROBLEMS,
	REPORT_SUMMARY
} ImportReport;

/* What was done to a text, or what it is that was let pass. */
#define IMPORT_TRIMMED	1		/* white space around it was removed */
#define IMPORT_PADDED	2		/* other padding than docnum writes, kept */

/* One row of the source. */
typedef struct ImportRow
{
	int64		row_number;
	int64		ordinal;		/* in the order of reading */
	const char *number;			/* trimmed; NULL: none */
	int			flags;
	bool		has_date;
	DateADT		date;
	const char *created_at;		/* as it stands, or NULL */
	Jsonb	   *metadata;		/* or NULL */
	ScopeValue	dimension[SCOPE_MAX_DIMENSIONS];	/* trimmed; bytes 0: none */
	const char *flaw;			/* what is wrong with it as a row, or NULL; .. */
	ImportVerdict flaw_verdict; /* .. and what that makes of it */

	/* where it belongs */
	bool		external;		/* then it has neither of the next two */
	int64		counter_id;
	int64		value;
	int64		uniqueness_id;
} ImportRow;

/* A scope that the source names. */
typedef struct ImportScope
{
	int64		counter_id;		/* key */
	char	   *scope;			/* canonical, "" for GLOBAL */
	int64		first_value;	/* where the counter starts */
} ImportScope;

/* The columns of the tuples that are sorted. */
enum
{
	Anum_import_uniqueness_id = 1,
	Anum_import_document_number,
	Anum_import_row_number,
	Anum_import_ordinal,
	Anum_import_counter_id,
	Anum_import_value,
	Anum_import_flags,
	Anum_import_document_date,
	Anum_import_created_at,
	Anum_import_metadata,
	Natts_import = Anum_import_metadata
};

/* One import. */
typedef struct Import
{
	/* what is asked for */
	const char *document_type;
	Oid			source;
	const char *source_name;
	bool		dry_run;
	bool		accept_external;
	ImportReport report;

	DocumentType type;			/* a copy: caches come and go */
	bool		utf8;
	int			year;			/* of today, in the type's time zone */
	MemoryContext context;		/* lives as long as the import */
	MemoryContext row_context;	/* of the row in hand */
	HTAB	   *scopes;			/* of ImportScope */
	TupleDesc	desc;
	TupleTableSlot *into;		/* what is put into a sort, .. */
	TupleTableSlot *from;		/* .. what comes out of one */
	Tuplesortstate *by_text;
	Tuplesortstate *by_value;
	Tuplesortstate *reported;
	TupleDesc	report_desc;
	TupleTableSlot *report_slot;
	int64		rows;
	int64		counts[IMPORT_VERDICTS];
	uint64		query_id;		/* what pg_stat_activity showed of it */
} Import;

/* import_source.c */
extern void import_read(Import *import);

/* import_place.c */
extern bool import_place(Import *import, ImportRow *row, ImportVerdict *verdict,
						 const char **detail);

/* import_write.c */
extern void import_judge_texts(Import *import, Ledger *ledger);
extern void import_write(Import *import, Ledger *ledger, Relation ranges);

/* import.c */
extern void import_verdict(Import *import, int64 row_number, int64 ordinal, const char *number,
						   ImportVerdict verdict, const char *detail);
extern void import_progress(const Import *import, const char *doing, int64 rows);

#endif							/* DOCNUM_IMPORT_H */
