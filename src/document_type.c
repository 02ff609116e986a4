/*-------------------------------------------------------------------------
 *
 * document_type.c
 *	  The definition cache: document types as the engine uses them.
 *
 * An entry is read from its row with the newest snapshot, so that a definition
 * counts in its own transaction at once and for others after commit, whatever
 * the isolation level.  The trigger on the table sends a relcache invalidation
 * with each change; an entry older than the newest invalidation is read anew.
 *
 * Invariant: a pointer that was returned stays good until the next call of
 * document_type_get or document_type_find.  Who has waited for a lock in
 * between calls document_type_refresh, and starts over if the definition is
 * another.
 *
 * Memory: a hash in a context of its own below CacheMemoryContext; thrown away
 * as a whole when definitions changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_collation.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "catalog.h"
#include "docnum.h"
#include "document_type.h"

/* Ten years: longer ones are mistakes. */
#define TTL_DAYS 3653

static HTAB *types = NULL;
static MemoryContext types_context = NULL;
static uint64 types_version = 0;

/* Are there types of both kinds of uniqueness?  Known as of that version. */
static bool mixed = false;
static uint64 mixed_version = 0;

/*
 * problem_raise raises what a pure module has refused.
 */
void
problem_raise(int sqlstate, const Problem *problem, const char *document_type)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("%s", problem->message),
			 problem->detail[0] ? errdetail("%s Document type: \"%s\".", problem->detail, document_type)
			 : errdetail("Document type: \"%s\".", document_type),
			 problem->hint[0] ? errhint("%s", problem->hint) : 0));
}

void
document_type_not_found(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_TYPE_NOT_FOUND),
			 errmsg("document type \"%.*s\" does not exist",
					pg_mbcliplen(name, strlen(name), FORMAT_TYPE_BYTES), name),
			 errdetail("No document type of that name is defined; names are case-sensitive."),
			 errhint("docnum_define creates one; docnum_status() lists those you may use.")));
}

static char *
text_attribute(const Datum *values, AttrNumber attribute)
{
	return TextDatumGetCString(values[attribute - 1]);
}

/*
 * chronology_from_name: the names are checked where a definition is made.
 */
static Chronology
chronology_from_name(const char *name)
{
	return strcmp(name, "warn") == 0 ? CHRONOLOGY_WARN :
		strcmp(name, "strict") == 0 ? CHRONOLOGY_STRICT :
		strcmp(name, "period") == 0 ? CHRONOLOGY_PERIOD : CHRONOLOGY_NONE;
}

/*
 * document_type_compile fills a type from the values of its row.  Raises
 * NB006, NB009 or 22023 where they are not fit for use.
 */
void
document_type_compile(DocumentType *type, const Datum *values, const bool *isnull)
{
	Problem		problem = {0};
	FormatContext context;
	char	   *name = text_attribute(values, Anum_document_type_document_type);
	char	   *zone = text_attribute(values, Anum_document_type_time_zone);

	memset(type, 0, sizeof(*type));
	strlcpy(type->name, name, sizeof(type->name));
	type->fiscal_year_start = DatumGetInt32(values[Anum_document_type_fiscal_year_start - 1]);
	type->strict = strcmp(text_attribute(values, Anum_document_type_allocation), "STRICT") == 0;
	type->chronology = chronology_from_name(text_attribute(values, Anum_document_type_chronology));
	type->early_release = DatumGetBool(values[Anum_document_type_early_release - 1]);
	type->unique_per_scope = strcmp(text_attribute(values, Anum_document_type_uniqueness), "SCOPE") == 0;
	type->allow_manual_override = DatumGetBool(values[Anum_document_type_allow_manual_override - 1]);
	type->allow_reservations = DatumGetBool(values[Anum_document_type_allow_reservations - 1]);
	type->start_value = DatumGetInt64(values[Anum_document_type_start_value - 1]);
	type->max_value = DatumGetInt64(values[Anum_document_type_max_value - 1]);
	type->max_length = DatumGetInt32(values[Anum_document_type_max_length - 1]);
	type->generation = DatumGetInt32(values[Anum_document_type_generation - 1]);
	if (!isnull[Anum_document_type_series - 1])
		strlcpy(type->series, text_attribute(values, Anum_document_type_series), sizeof(type->series));
	type->has_ttl = !isnull[Anum_document_type_reservation_ttl - 1];
	if (type->has_ttl)
		type->ttl = *DatumGetIntervalP(values[Anum_document_type_reservation_ttl - 1]);

	type->time_zone = pg_tzset(zone);
	if (type->time_zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" is not recognized", zone),
				 errdetail("Document type: \"%s\".", name),
				 errhint("Names of time zones are listed in pg_timezone_names.")));

	if (!scope_parse(text_attribute(values, Anum_document_type_scope), &type->scope, &problem))
		problem_raise(ERRCODE_DOCNUM_INVALID_SCOPE, &problem, name);

	context.document_type = name;
	context.scope = &type->scope;
	context.fiscal_year_start = type->fiscal_year_start;
	context.unique_per_scope = type->unique_per_scope;
	context.max_length = type->max_length;
	context.max_value = type->max_value;
	context.utf8 = GetDatabaseEncoding() == PG_UTF8;
	if (!format_compile(&type->format, text_attribute(values, Anum_document_type_format),
						&context, &problem))
		problem_raise(ERRCODE_DOCNUM_INVALID_FORMAT, &problem, name);
}

/*
 * document_type_uses_date: does a number of the type depend on a date, or is
 * the order of its dates watched?
 */
bool
document_type_uses_date(const DocumentType *type)
{
	return type->scope.period != PERIOD_NONE || type->format.shows_date ||
		type->chronology != CHRONOLOGY_NONE;
}

/*
 * document_type_ttl_is_valid: is it a time limit for a reservation, longer
 * than zero and at most TTL_DAYS days?
 */
bool
document_type_ttl_is_valid(const Interval *ttl)
{
	int64		days = (int64) ttl->month * 3653 / 120 + ttl->day + ttl->time / USECS_PER_DAY;

	return ttl->month >= 0 && ttl->day >= 0 && ttl->time >= 0 &&
		(ttl->month > 0 || ttl->day > 0 || ttl->time > 0) && days <= TTL_DAYS;
}

/*
 * forget_all empties the cache.
 */
static void
forget_all(void)
{
	HASHCTL		control = {0};

	if (types_context == NULL)
		types_context = AllocSetContextCreate(CacheMemoryContext,
											  "docnum document types",
											  ALLOCSET_DEFAULT_SIZES);
	else
		MemoryContextReset(types_context);
	types = NULL;				/* in case the next line fails */
	control.keysize = sizeof(((DocumentType *) 0)->name);
	control.entrysize = sizeof(DocumentType);
	control.hcxt = types_context;
	types = hash_create("docnum document types", 16, &control,
						HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
}

/*
 * read_type reads one definition; false if there is none of that name.
 */
static bool
read_type(const char *name, DocumentType *type)
{
	Relation	rel = catalog_open(CATALOG_DOCUMENT_TYPE, AccessShareLock);
	Relation	index = catalog_open_index(rel, Anum_document_type_document_type,
										   false, AccessShareLock);
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;
	bool		found;

	ScanKeyEntryInitialize(&key, 0, Anum_document_type_document_type,
						   BTEqualStrategyNumber, InvalidOid, C_COLLATION_OID,
						   F_TEXTEQ, CStringGetTextDatum(name));
	scan = systable_beginscan_ordered(rel, index, NULL, 1, &key);
	tuple = systable_getnext_ordered(scan, ForwardScanDirection);
	found = HeapTupleIsValid(tuple);
	if (found)
	{
		Datum		values[Natts_document_type];
		bool		isnull[Natts_document_type];

		heap_deform_tuple(tuple, RelationGetDescr(rel), values, isnull);
		document_type_compile(type, values, isnull);
		type->tid = tuple->t_self;
		type->xmin = HeapTupleHeaderGetXmin(tuple->t_data);
	}
	systable_endscan_ordered(scan);
	index_close(index, AccessShareLock);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * document_type_find returns the type of that name, or NULL.
 */
const DocumentType *
document_type_find(const char *name)
{
	DocumentType *type;
	DocumentType fresh;
	uint64		version;
	bool		found;

	if (strlen(name) > FORMAT_TYPE_BYTES)
		return NULL;
	if (types == NULL || types_version != catalog_definitions_version())
	{
		types_version = catalog_definitions_version();
		forget_all();
	}
	type = hash_search(types, name, HASH_FIND, NULL);
	if (type)
		return type;

	/* A change that arrives while we read makes what we read outdated. */
	version = catalog_definitions_version();
	if (!read_type(name, &fresh))
		return NULL;
	type = hash_search(types, name, HASH_ENTER, &found);
	*type = fresh;
	type->version = version;
	return type;
}

/*
 * document_types_are_mixed: are there types whose numbers are unique in the
 * whole ledger beside types whose numbers are unique in their scope?  No
 * unique index can keep the two apart.
 */
bool
document_types_are_mixed(void)
{
	uint64		version = catalog_definitions_version();
	Relation	rel;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool global = false,
				scope = false;

	if (mixed_version == version)
		return mixed;
	rel = catalog_open(CATALOG_DOCUMENT_TYPE, AccessShareLock);
	scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, Anum_document_type_uniqueness,
										 RelationGetDescr(rel), &isnull);

		if (strcmp(TextDatumGetCString(value), "SCOPE") == 0)
			scope = true;
		else
			global = true;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	mixed = global &&scope;

	mixed_version = version;
	return mixed;
}

/*
 * document_type_get returns the type of that name, or raises NB001.
 */
const DocumentType *
document_type_get(const char *name)
{
	const DocumentType *type = document_type_find(name);

	if (type == NULL)
		document_type_not_found(name);
	return type;
}

/*
 * document_type_refresh is called after a wait: where definitions may have
 * changed, it reads the type anew, and tells whether it is still the same
 * definition.  Raises NB001 where the type is gone.
 */
bool
document_type_refresh(const DocumentType **type)
{
	ItemPointerData tid_then = (*type)->tid;
	ItemPointerData tid_now;
	TransactionId xmin_then = (*type)->xmin;
	char		name[FORMAT_TYPE_BYTES + 1];

	if ((*type)->version == catalog_definitions_version())
		return true;
	strlcpy(name, (*type)->name, sizeof(name));
	*type = document_type_get(name);
	tid_now = (*type)->tid;
	return ItemPointerEquals(&tid_then, &tid_now) && xmin_then == (*type)->xmin;
}

/*
 * document_type_check_reservations raises NB010 where the type allows none;
 * asked again after a wait.
 */
void
document_type_check_reservations(const DocumentType *type)
{
	if (!type->allow_reservations)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("document type \"%s\" allows no reservations", type->name),
				 errdetail("A cancelled reservation is a number without a document; the type must have none. Document type: \"%s\".", type->name),
				 errhint("Use docnum_next in the document's transaction.")));
}
