/*-------------------------------------------------------------------------
 *
 * document_type.h
 *	  A document type as the engine uses it: its row, checked and compiled.
 *
 *-------------------------------------------------------------------------
 */
#ifndef DOCNUM_DOCUMENT_TYPE_H
#define DOCNUM_DOCUMENT_TYPE_H

#include "datatype/timestamp.h"
#include "storage/itemptr.h"
#include "pgtime.h"
#include "utils/date.h"

#include "format.h"

/* How the order of document dates is watched, see chronology.c. */
typedef enum Chronology
{
	CHRONOLOGY_NONE,
	CHRONOLOGY_WARN,
	CHRONOLOGY_STRICT,
	CHRONOLOGY_PERIOD
} Chronology;

typedef struct DocumentType
{
	char		name[FORMAT_TYPE_BYTES + 1];	/* key of the cache */
	uint64		version;		/* of the definitions when it was read */
	ItemPointerData tid;		/* the row version that it was read from .. */
	TransactionId xmin;			/* .. and who wrote that */
	Format		format;
	ScopeSpec	scope;
	int			fiscal_year_start;
	bool		strict;
	bool		early_release;
	Chronology	chronology;
	bool		unique_per_scope;
	bool		allow_manual_override;
	bool		allow_reservations;
	int64		start_value;
	int64		max_value;
	int			max_length;
	int			generation;
	char		series[FORMAT_TYPE_BYTES + 1];	/* whose counters it draws
												 * from, "" for its own */
	bool		has_ttl;
	Interval	ttl;
	pg_tz	   *time_zone;
} DocumentType;

extern const DocumentType *document_type_get(const char *name);
extern const DocumentType *document_type_find(const char *name);
extern bool document_type_refresh(const DocumentType **type);
extern void document_type_compile(DocumentType *type, const Datum *values,
								  const bool *isnull);
extern bool document_types_are_mixed(void);
extern void document_type_check_reservations(const DocumentType *type);
extern bool document_type_uses_date(const DocumentType *type);
extern bool document_type_ttl_is_valid(const Interval *ttl);
extern _Noreturn void document_type_not_found(const char *name);

extern _Noreturn void problem_raise(int sqlstate, const Problem *problem,
									const char *document_type);

#endif							/* DOCNUM_DOCUMENT_TYPE_H */
