/*-------------------------------------------------------------------------
 *
 * attach.c
 *	  docnum_attach and docnum_detach: a table whose rows get their numbers by
 *	  trigger.
 *
 * Attaching writes a row of docnum.attachment and makes the triggers, and an
 * index on the number where there is none.  Numbers that the table has already must
 * be in the ledger; rows without a number stay without.
 *
 * Locks: ShareRowExclusiveLock on docnum.attachment, then on the table.
 *
 * Memory: current context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/catalog.h"
#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/json.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "attach.h"
#include "audit.h"
#include "compat.h"
#include "docnum.h"
#include "face.h"
#include "lock_wait.h"
#include "privilege.h"
#include "settings.h"

/* What docnum_attach was asked for. */
typedef struct AttachRequest
{
	Oid			target;
	const char *document_type;
	bool		at_commit;
	bool		refuse_delete;
	int			ncolumns;
	const char *columns[ATTACH_COLUMNS];	/* what each column is .. */
	AttrNumber	attributes[ATTACH_COLUMNS]; /* .. and which; the number first */
} AttachRequest;

static void
refuse_table(Relation rel, const char *message, const char *detail, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_WRONG_OBJECT_TYPE),
			 errmsg("\"%s\" cannot be attached: %s", RelationGetRelationName(rel), message),
			 errdetail("%s", detail),
			 errhint("%s", hint)));
}

static void
refuse_column(Relation rel, AttrNumber attribute, const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("column \"%s\" of table \"%s\" %s",
					NameStr(TupleDescAttr(RelationGetDescr(rel), attribute - 1)->attname),
					RelationGetRelationName(rel), message),
			 errdetail("Its type is %s.",
					   format_type_be(TupleDescAttr(RelationGetDescr(rel), attribute - 1)->atttypid)),
			 errhint("%s", hint)));
}

static void
open_attachments(void *arg)
{
	*(Relation *) arg = catalog_open(CATALOG_ATTACHMENT, ShareRowExclusiveLock);
}

/*
 * lock_attachments opens docnum.attachment so that nobody else changes it.
 */
static Relation
lock_attachments(void)
{
	Relation	rel;

	lock_wait_for_tables(open_attachments, &rel);
	return rel;
}

/*
 * check_table refuses what cannot be attached, and who may not.
 */
static void
check_table(Relation rel)
{
	ListCell   *cell;

	if (rel->rd_rel->relkind == RELKIND_VIEW || rel->rd_rel->relkind == RELKIND_MATVIEW)
		refuse_table(rel, "it is a view", "A view stores no rows that could bear numbers.",
					 "Attach the table that its INSTEAD OF trigger, or its rule, inserts into.");
	if (rel->rd_rel->relkind != RELKIND_RELATION &&
		rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		refuse_table(rel, "it is not a table", "Only a table's rows can bear numbers.",
					 "Attach an ordinary or a partitioned table.");
	if (rel->rd_rel->relpersistence == RELPERSISTENCE_TEMP)
		refuse_table(rel, "it is temporary", "Its rows vanish, their numbers would stay.",
					 "Attach a permanent table.");
	if (IsSystemRelation(rel) ||
		strcmp(get_namespace_name(RelationGetNamespace(rel)), DOCNUM_SCHEMA) == 0)
		refuse_table(rel, "it is a system table", "The server and docnum keep their own tables.",
					 "Attach a table of the application.");
	if (!compat_owns_table(RelationGetRelid(rel), GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(rel->rd_rel->relkind),
					   RelationGetRelationName(rel));
	if (rel->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		return;
	/* Rows go into partitions directly too: none may until we are done. */
	foreach(cell, find_all_inheritors(RelationGetRelid(rel), ShareRowExclusiveLock, NULL))
	{
		if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_FOREIGN_TABLE)
			refuse_table(rel, "it has a foreign partition",
						 "docnum cannot look up who bears a number there.",
						 "Detach the foreign partition first.");
	}
}

/*
 * add_column adds a column to the request.  Raises 42703, 42701.
 */
static void
add_column(AttachRequest *request, Relation rel, const char *what, const char *column)
{
	AttrNumber	attribute = get_attnum(RelationGetRelid(rel), column);

	if (attribute <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\" does not exist", column,
						RelationGetRelationName(rel)),
				 errdetail("It was named for %s.", what),
				 errhint("Give the name of one of the table's columns.")));
	for (int i = 0; i < request->ncolumns; i++)
	{
		if (request->attributes[i] == attribute)
			ereport(ERROR,
					(errcode(ERRCODE_DUPLICATE_COLUMN),
					 errmsg("column \"%s\" is named twice", column),
					 errdetail("It was named for %s and for %s.", request->columns[i], what),
					 errhint("Each part of an attachment has a column of its own.")));
	}
	if (TupleDescAttr(RelationGetDescr(rel), attribute - 1)->attgenerated != '\0')
		refuse_column(rel, attribute, "is generated",
					  "A generated column is computed after the triggers; name the columns that it is computed from.");
	request->columns[request->ncolumns] = what;
	request->attributes[request->ncolumns++] = attribute;
}

/*
 * check_types refuses columns of types that cannot serve.
 */
static void
check_types(const AttachRequest *request, Relation rel)
{
	for (int i = 0; i < request->ncolumns; i++)
	{
		AttrNumber	attribute = request->attributes[i];
		Oid			type = getBaseType(TupleDescAttr(RelationGetDescr(rel), attribute - 1)->atttypid);

		if (strcmp(request->columns[i], ATTACH_NUMBER) == 0 &&
			type != TEXTOID && type != VARCHAROID)
			refuse_column(rel, attribute, "cannot hold numbers",
						  "Numbers are text: the column's type is text or varchar, or a domain over them.");
		if (strcmp(request->columns[i], ATTACH_ISSUE) == 0 && type != BOOLOID)
			refuse_column(rel, attribute, "cannot say whether a document is issued",
						  "issue_column names a boolean column.");
		if (strcmp(request->columns[i], ATTACH_DATE) == 0 &&
			type != DATEOID && type != TIMESTAMPOID && type != TIMESTAMPTZOID)
			refuse_column(rel, attribute, "cannot hold a document date",
						  "date_column names a column of type date, timestamp or timestamptz.");
	}
}

/*
 * read_dimensions adds the columns of scope_columns: exactly the dimensions of
 * the type's scope.
 */
static void
read_dimensions(AttachRequest *request, Relation rel, Jsonb *columns)
{
	const DocumentType *type = document_type_get(request->document_type);
	ScopeSpec	scope = type->scope;
	int			given = columns ? JB_ROOT_COUNT(columns) : 0;

	if (columns != NULL && !JB_ROOT_IS_OBJECT(columns))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("scope_columns is not a JSON object"),
				 errdetail("It names the column of each dimension of the type's scope."),
				 errhint("Give an object such as '{\"PROJECT\": \"project_id\"}'.")));
	for (int i = 0; i < scope.ndimensions; i++)
	{
		JsonbValue	key;
		JsonbValue *column = NULL;

		key.type = jbvString;
		key.val.string.val = scope.name[i];
		key.val.string.len = (int) strlen(scope.name[i]);
		if (columns != NULL)
			column = findJsonbValueFromContainer(&columns->root, JB_FOBJECT, &key);
		if (column == NULL || column->type != jbvString)
			ereport(ERROR,
					(errcode(ERRCODE_DOCNUM_INVALID_SCOPE),
					 errmsg("scope_columns names no column for dimension \"%s\"", scope.name[i]),
					 errdetail("Document type: \"%s\".", request->document_type),
					 errhint("Add \"%s\": \"column\".", scope.name[i])));
		add_column(request, rel, pstrdup(scope.name[i]),
				   pnstrdup(column->val.string.val, column->val.string.len));
	}
	if (given > scope.ndimensions)
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_INVALID_SCOPE),
				 errmsg("scope_columns names more than the dimensions of the type's scope"),
				 errdetail("Document type \"%s\" has %d besides a period.", request->document_type,
						   scope.ndimensions),
				 errhint("A period comes from date_column.")));
}

/*
 * check_attached refuses (NB010) a table whose column is attached already, by
 * itself, through a partitioned table above it, or one below.
 */
static void
check_attached(const AttachRequest *request, Relation rel)
{
	List	   *above = rel->rd_rel->relispartition
	? get_partition_ancestors(RelationGetRelid(rel)) : NIL;
	List	   *below = rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE
	? find_all_inheritors(RelationGetRelid(rel), NoLock, NULL) : NIL;
	char	   *column = NameStr(TupleDescAttr(RelationGetDescr(rel),
											   request->attributes[0] - 1)->attname);
	ListCell   *cell;

	foreach(cell, attach_rows(NULL))
	{
		const AttachmentRow *row = lfirst(cell);
		const Attachment *other;

		if (row->target != RelationGetRelid(rel) && !list_member_oid(above, row->target) &&
			!list_member_oid(below, row->target))
			continue;
		other = row->target == RelationGetRelid(rel) ? attach_find(rel, row->id) : NULL;
		if (row->target == RelationGetRelid(rel) &&
			(other == NULL || other->number != request->attributes[0]))
			continue;
		ereport(ERROR,
				(errcode(ERRCODE_DOCNUM_WRONG_STATE),
				 errmsg("column \"%s\" of table \"%s\" is attached already", column,
						RelationGetRelationName(rel)),
				 errdetail("Table \"%s\" is attached to document type \"%s\".",
						   get_rel_name(row->target), row->document_type),
				 errhint("docnum_detach ends that.")));
	}
}

/*
 * check_rows refuses (NB010) a table with numbers that the ledger does not
 * have for the type.
 */
static void
check_rows(const AttachRequest *request, Oid table)
{
	Relation	rel = table_open(table, NoLock);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	AttrNumber	attribute = get_attnum(table, get_attname(request->target,
														  request->attributes[0], false));
	MemoryContext caller = CurrentMemoryContext;
	MemoryContext row_context = AllocSetContextCreate(caller, "docnum attach",
													  ALLOCSET_DEFAULT_SIZES);
	TableScanDesc scan = compat_table_beginscan(rel, snapshot);
	TupleTableSlot *row;
	Ledger		ledger;

	ledger_open(&ledger, AccessShareLock);
	row = table_slot_create(ledger.table, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		bool		isnull;
		Datum		number = slot_getattr(slot, attribute, &isnull);

		CHECK_FOR_INTERRUPTS();
		if (isnull)
			continue;
		MemoryContextReset(row_context);
		MemoryContextSwitchTo(row_context);
		if (attach_find_number(&ledger, request->document_type, TextDatumGetCString(number),
							   0, row) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_DOCNUM_WRONG_STATE),
					 errmsg("table \"%s\" has numbers that the ledger does not have",
							RelationGetRelationName(rel)),
					 errdetail("Document type \"%s\" has no number %s.", request->document_type,
							   TextDatumGetCString(number)),
					 errhint("Take the table's numbers over first, with docnum_import, in the same transaction.")));
		MemoryContextSwitchTo(caller);
	}
	ExecDropSingleTupleTableSlot(row);
	ledger_close(&ledger);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	table_close(rel, NoLock);
	MemoryContextDelete(row_context);
}

/*
 * execute runs a command as the caller, who owns the table.
 */
static void
execute(const char *command)
{
	int			result = SPI_execute(command, false, 0);

	if (result != SPI_OK_UTILITY && result != SPI_OK_SELECT)
		elog(ERROR, "SPI_execute failed: %s", SPI_result_code_string(result));
}

static char *
quoted_table(Oid table)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(table)),
									  get_rel_name(table));
}

static const char *
quoted_column(Oid table, AttrNumber attribute)
{
	return quote_identifier(get_attname(table, attribute, false));
}

/*
 * make_index makes the index on the number where there is none that serves:
 * unique; a plain one for a partitioned table, where a unique one would need
 * the partition key, and where texts are unique per scope.
 */
static void
make_index(const AttachRequest *request, bool unique)
{
	Relation	rel = table_open(request->target, NoLock);
	Relation	index = attach_open_number_index(rel, request->attributes[0], unique,
												 AccessShareLock);

	if (index != NULL)
		index_close(index, AccessShareLock);
	table_close(rel, NoLock);
	if (index == NULL)
		execute(psprintf("CREATE %s INDEX ON %s (%s)", unique ? "UNIQUE" : "",
						 quoted_table(request->target),
						 quoted_column(request->target, request->attributes[0])));
}

/*
 * check_distinct refuses (23505) a partitioned table that has a number twice.
 */
static void
check_distinct(const AttachRequest *request)
{
	const char *column = quoted_column(request->target, request->attributes[0]);

	execute(psprintf("SELECT %1$s FROM %2$s WHERE %1$s IS NOT NULL GROUP BY %1$s HAVING pg_catalog.count(*) > 1 LIMIT 1",
					 column, quoted_table(request->target)));
	if (SPI_processed > 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("table \"%s\" has a number twice", get_rel_name(request->target)),
				 errdetail("Number %s is borne by several rows.",
						   SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)),
				 errhint("Each row needs a number of its own, or none.")));
}

/*
 * make_trigger makes one of the triggers; a constraint trigger is deferred.
 */
static void
make_trigger(const AttachRequest *request, int32 id, const char *prefix, const char *event,
			 const char *level, const char *condition, bool deferred)
{
	char	   *name = psprintf("%s%s", prefix,
								get_attname(request->target, request->attributes[0], false));

	execute(psprintf("CREATE %s TRIGGER %s %s ON %s %s FOR EACH %s %s EXECUTE FUNCTION %s.%s('%d')",
					 deferred ? "CONSTRAINT" : "", quote_identifier(name), event,
					 quoted_table(request->target), deferred ? "DEFERRABLE INITIALLY DEFERRED" : "",
					 level, condition, DOCNUM_SCHEMA, ATTACH_FUNCTION, id));
}

/*
 * make_triggers makes the triggers that attach_trigger.c describes.
 */
static void
make_triggers(const AttachRequest *request, int32 id)
{
	Oid			target = request->target;
	const char *number = quoted_column(target, request->attributes[0]);
	const char *issue = NULL;
	const char *wanted;
	StringInfoData event;

	initStringInfo(&event);
	appendStringInfoString(&event, "BEFORE INSERT OR UPDATE OF ");
	for (int i = 0; i < request->ncolumns; i++)
	{
		const char *column = quoted_column(target, request->attributes[i]);

		appendStringInfo(&event, "%s%s", i > 0 ? ", " : "", column);
		if (strcmp(request->columns[i], ATTACH_ISSUE) == 0)
			issue = column;
	}
	wanted = issue ? psprintf("WHEN (NEW.%s AND NEW.%s IS NULL)", issue, number)
		: psprintf("WHEN (NEW.%s IS NULL)", number);
	make_trigger(request, id, "zz_docnum_", event.data, "ROW", "", false);
	if (request->at_commit)
	{
		const char *written = issue ? "AFTER INSERT OR UPDATE" : "AFTER INSERT";

		make_trigger(request, id, "a_docnum_", written, "ROW", wanted, false);
		make_trigger(request, id, "docnum_", written, "ROW", wanted, true);
	}
	else if (issue != NULL)
		make_trigger(request, id, "zz_docnum_issue_", "BEFORE UPDATE", "ROW", wanted, false);
	make_trigger(request, id, "docnum_change_", "AFTER UPDATE", "ROW",
				 psprintf("WHEN (OLD.%1$s IS DISTINCT FROM NEW.%1$s)", number), false);
	make_trigger(request, id, "docnum_delete_", "AFTER DELETE", "ROW",
				 psprintf("WHEN (OLD.%s IS NOT NULL)", number), false);
	make_trigger(request, id, "docnum_truncate_", "BEFORE TRUNCATE", "STATEMENT", "", false);
}

/*
 * begin_commands, end_commands: commands find what they name, and no operator
 * of somebody else's.
 */
static int
begin_commands(void)
{
	int			level = NewGUCNestLevel();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	SPI_connect();
	return level;
}

static void
end_commands(int level)
{
	SPI_finish();
	AtEOXact_GUC(true, level);
}

/*
 * column_names names for the log which column is what.
 */
static Jsonb *
column_names(const AttachRequest *request)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoChar(&json, '{');
	for (int i = 0; i < request->ncolumns; i++)
	{
		appendStringInfoString(&json, i > 0 ? "," : "");
		escape_json(&json, request->columns[i]);
		appendStringInfoChar(&json, ':');
		escape_json(&json, get_attname(request->target, request->attributes[i], false));
	}
	appendStringInfoChar(&json, '}');
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data)));
}

/*
 * insert_row writes the row of docnum.attachment; returns its id.
 */
static int32
insert_row(Relation attachments, const AttachRequest *request)
{
	TupleTableSlot *slot = table_slot_create(attachments, NULL);
	AuditIntent intent = {"ATTACH", GetCurrentTimestamp(), NULL, NULL};
	Datum	   *values = slot->tts_values;
	Datum		columns[ATTACH_COLUMNS];
	int32		id = 0;
	ListCell   *cell;

	intent.metadata = column_names(request);
	foreach(cell, attach_rows(NULL))
		id = Max(id, ((AttachmentRow *) lfirst(cell))->id);
	id++;
	for (int i = 0; i < request->ncolumns; i++)
		columns[i] = CStringGetTextDatum(request->columns[i]);
	ExecClearTuple(slot);
	memset(slot->tts_isnull, false, Natts_attachment * sizeof(bool));
	values[Anum_attachment_attachment_id - 1] = Int32GetDatum(id);
	values[Anum_attachment_target - 1] = ObjectIdGetDatum(request->target);
	values[Anum_attachment_document_type - 1] = CStringGetTextDatum(request->document_type);
	values[Anum_attachment_columns - 1] =
		PointerGetDatum(construct_array(columns, request->ncolumns, TEXTOID, -1, false,
										TYPALIGN_INT));
	values[Anum_attachment_at - 1] = CStringGetTextDatum(request->at_commit ? "commit" : "insert");
	values[Anum_attachment_on_delete - 1] =
		CStringGetTextDatum(request->refuse_delete ? "refuse" : "void");
	values[Anum_attachment_attached_by - 1] =
		CStringGetTextDatum(GetUserNameFromId(GetUserId(), false));
	values[Anum_attachment_attached_at - 1] = TimestampTzGetDatum(intent.at);
	ExecStoreVirtualTuple(slot);
	catalog_insert(attachments, slot);
	audit_inserted(attachments, slot, &intent);
	CommandCounterIncrement();
	ExecDropSingleTupleTableSlot(slot);
	return id;
}

/*
 * attach_table attaches; the request's table is locked and checked.
 */
static void
attach_table(Relation attachments, const AttachRequest *request, bool partitioned)
{
	List	   *tables = attach_tables(request->target);
	ListCell   *cell;
	int			level;
	int32		id;
	bool		unique;

	foreach(cell, tables)
		check_rows(request, lfirst_oid(cell));
	id = insert_row(attachments, request);
	unique = !partitioned && !document_type_get(request->document_type)->unique_per_scope;
	level = begin_commands();
	make_index(request, unique);
	if (partitioned && !document_type_get(request->document_type)->unique_per_scope)
		check_distinct(request);
	make_triggers(request, id);
	end_commands(level);
}

/*
 * is_meant: is that attachment of the table the one of the column?  One whose
 * triggers are gone is meant by any name.
 */
static bool
is_meant(Relation rel, const AttachmentRow *row, const char *column)
{
	const Attachment *attachment = attach_find(rel, row->id);

	return attachment == NULL ||
		strcmp(get_attname(RelationGetRelid(rel), attachment->number, false), column) == 0;
}

/*
 * drop_triggers drops what docnum_attach has made, but the index.
 */
static void
drop_triggers(Oid target, int32 id)
{
	Relation	rel = table_open(target, NoLock);
	Oid			function = attach_function();
	List	   *commands = NIL;
	ListCell   *cell;
	int			level;

	for (int i = 0; rel->trigdesc != NULL && i < rel->trigdesc->numtriggers; i++)
	{
		const Trigger *trigger = &rel->trigdesc->triggers[i];
		int32		of;

		if (attach_trigger_id(trigger, function, &of) && of == id)
			commands = lappend(commands, psprintf("DROP TRIGGER %s ON %s",
												  quote_identifier(trigger->tgname),
												  quoted_table(target)));
	}
	table_close(rel, NoLock);
	level = begin_commands();
	foreach(cell, commands)
		execute(lfirst(cell));
	end_commands(level);
}

/*
 * delete_row deletes the row of docnum.attachment.
 */
static void
delete_row(Relation attachments, int32 id)
{
	SysScanDesc scan = systable_beginscan(attachments, InvalidOid, false, NULL, 0, NULL);
	TupleTableSlot *slot = MakeSingleTupleTableSlot(RelationGetDescr(attachments),
													&TTSOpsHeapTuple);
	AuditIntent intent = {"DETACH", GetCurrentTimestamp(), NULL, NULL};
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;

		ExecStoreHeapTuple(tuple, slot, false);
		if (DatumGetInt32(slot_getattr(slot, Anum_attachment_attachment_id, &isnull)) != id)
			continue;
		catalog_delete(attachments, &tuple->t_self);
		audit_deleted(attachments, slot, &intent);
	}
	systable_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	CommandCounterIncrement();
}

/*
 * detach_table detaches a column of a table; false if it was not attached.  Of
 * a table that was dropped only the row is left.
 */
static bool
detach_table(Oid target, const char *column)
{
	Relation	attachments = lock_attachments();
	Relation	rel = try_table_open(target, ShareRowExclusiveLock);
	bool		detached = false;
	ListCell   *cell;

	if (rel != NULL && !compat_owns_table(target, GetUserId()))
		aclcheck_error(ACLCHECK_NOT_OWNER, get_relkind_objtype(rel->rd_rel->relkind),
					   RelationGetRelationName(rel));
	foreach(cell, attach_rows(NULL))
	{
		const AttachmentRow *row = lfirst(cell);

		if (row->target != target || (rel != NULL && !is_meant(rel, row, column)))
			continue;
		privilege_check(PRIVILEGE_ADMIN, row->document_type);
		if (rel != NULL)
			drop_triggers(target, row->id);
		delete_row(attachments, row->id);
		detached = true;
	}
	if (rel != NULL)
		table_close(rel, NoLock);
	table_close(attachments, NoLock);
	return detached;
}

/*----------------------------------------------------------------------
 * SQL-callable functions
 *----------------------------------------------------------------------
 */

PG_FUNCTION_INFO_V1(docnum_attach);
PG_FUNCTION_INFO_V1(docnum_detach);

/*
 * choice reads an argument that has two values; returns whether it is the
 * second.  NULL: the first.
 */
static bool
choice(FunctionCallInfo fcinfo, int argument, const char *name, const char *first,
	   const char *second)
{
	char	   *value = face_optional_text(fcinfo, argument);

	if (value != NULL && strcmp(value, first) != 0 && strcmp(value, second) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no value for %s", value, name),
				 errdetail("It is \"%s\" or \"%s\".", first, second),
				 errhint("Leave it out for \"%s\".", first)));
	return value != NULL && strcmp(value, second) == 0;
}

/*
 * docnum_attach(target, number_column, document_type, scope_columns,
 * date_column, at, issue_column, on_delete) -> void
 */
Datum
docnum_attach(PG_FUNCTION_ARGS)
{
	AttachRequest request = {0};
	Relation	attachments;
	Relation	rel;
	char	   *number_column;
	bool		partitioned;

	face_begin_write("docnum_attach()");
	request.target = DatumGetObjectId(face_required(fcinfo, 0, "target"));
	number_column = NameStr(*DatumGetName(face_required(fcinfo, 1, "number_column")));
	request.document_type = face_document_type(fcinfo, 2);
	(void) document_type_get(request.document_type);
	privilege_check(PRIVILEGE_ADMIN, request.document_type);
	request.at_commit = choice(fcinfo, 5, "at", "insert", "commit");
	request.refuse_delete = choice(fcinfo, 7, "on_delete", "void", "refuse");

	attachments = lock_attachments();
	rel = table_open(request.target, ShareRowExclusiveLock);
	check_table(rel);
	partitioned = rel->rd_rel->relkind == RELKIND_PARTITIONED_TABLE;
	add_column(&request, rel, ATTACH_NUMBER, number_column);
	if (!PG_ARGISNULL(6))
		add_column(&request, rel, ATTACH_ISSUE, NameStr(*PG_GETARG_NAME(6)));
	if (!PG_ARGISNULL(4))
		add_column(&request, rel, ATTACH_DATE, NameStr(*PG_GETARG_NAME(4)));
	read_dimensions(&request, rel, PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P(3));
	check_types(&request, rel);
	check_attached(&request, rel);
	table_close(rel, NoLock);

	attach_table(attachments, &request, partitioned);
	table_close(attachments, NoLock);
	PG_RETURN_VOID();
}

/*
 * docnum_detach(target, number_column) -> boolean
 */
Datum
docnum_detach(PG_FUNCTION_ARGS)
{
	Oid			target;
	char	   *column;

	face_begin_write("docnum_detach()");
	target = DatumGetObjectId(face_required(fcinfo, 0, "target"));
	column = NameStr(*DatumGetName(face_required(fcinfo, 1, "number_column")));
	PG_RETURN_BOOL(detach_table(target, column));
}
