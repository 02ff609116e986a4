/*-------------------------------------------------------------------------
 *
 * scope_value.c
 *	  From the argument scope_value to the values of a type's dimensions.
 *
 * A type with one dimension takes its value as it is; several dimensions come
 * as a JSON object whose keys are their names, in any order, all of them and
 * no others.  A text that begins with a brace is such an object.
 *
 * Memory: values point into texts allocated in the current context, or into
 * what the caller gave.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "docnum.h"
#include "scope_value.h"

/*
 * wrong_scope raises NB009.
 */
static _Noreturn void
wrong_scope(const DocumentType *type, const char *message, const char *detail)
{
	char		spec[SCOPE_SPEC_TEXT_SIZE];

	scope_spec_text(&type->scope, spec, sizeof(spec));
	ereport(ERROR,
			(errcode(ERRCODE_DOCNUM_INVALID_SCOPE),
			 errmsg("%s", message),
			 errdetail("%s Document type: \"%s\", its scope: %s.", detail, type->name, spec),
			 type->scope.ndimensions == 0
			 ? errhint("Leave scope_value out; a period comes from document_date.")
			 : type->scope.ndimensions == 1
			 ? errhint("Give the value of %s; a period comes from document_date.", type->scope.name[0])
			 : errhint("Give a JSON object with a text for each dimension, such as '{\"%s\": \"...\", \"%s\": \"...\"}'; a period comes from document_date.",
					   type->scope.name[0], type->scope.name[1])));
}

/*
 * scope_value_read_json reads a text that may be JSON; NULL if it is not.
 */
Jsonb *
scope_value_read_json(const char *text)
{
	MemoryContext context = CurrentMemoryContext;
	Jsonb	   *volatile json = NULL;

	/* jsonb_in holds nothing that an error could leave behind. */
	PG_TRY();
	{
		json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
	}
	PG_CATCH();
	{
		if (ERRCODE_TO_CATEGORY(geterrcode()) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		MemoryContextSwitchTo(context);
		FlushErrorState();
	}
	PG_END_TRY();
	return json;
}

/*
 * parse_object reads a text as a JSON object.
 */
static Jsonb *
parse_object(const DocumentType *type, const char *text)
{
	Jsonb	   *object = scope_value_read_json(text);

	if (object == NULL)
		wrong_scope(type, "scope value is not valid JSON",
					"It begins with a brace, so it is read as a JSON object.");
	return object;
}

/*
 * value_of_dimension finds a dimension in the object.
 */
static void
value_of_dimension(const DocumentType *type, Jsonb *object, const char *name, ScopeValue *value)
{
	JsonbValue	key;
	JsonbValue *found;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = strlen(name);
	found = findJsonbValueFromContainer(&object->root, JB_FOBJECT, &key);
	if (found == NULL)
		wrong_scope(type, psprintf("scope value lacks dimension \"%s\"", name),
					"Every dimension of the type's scope needs a value; names are case-sensitive.");
	if (found->type == jbvString)
	{
		value->text = found->val.string.val;
		value->bytes = found->val.string.len;
	}
	else if (found->type == jbvNumeric)
	{
		value->text = DatumGetCString(DirectFunctionCall1(numeric_out,
														  NumericGetDatum(found->val.numeric)));
		value->bytes = strlen(value->text);
	}
	else
		wrong_scope(type, psprintf("scope value for dimension \"%s\" is not a text or number", name),
					"Booleans, null, arrays and objects have no canonical text.");
}

/*
 * value_of_name finds a dimension among named values.
 */
static void
value_of_name(const DocumentType *type, const ScopeInput *input, const char *name,
			  ScopeValue *value)
{
	for (int i = 0; i < input->nnamed; i++)
	{
		if (strcmp(input->names[i], name) != 0)
			continue;
		if (input->values[i] == NULL)
			wrong_scope(type, psprintf("scope value for dimension \"%s\" is missing", name),
						"The row's column for it is null.");
		value->text = input->values[i];
		value->bytes = strlen(value->text);
		return;
	}
	wrong_scope(type, psprintf("scope value lacks dimension \"%s\"", name),
				"No column was named for it when the table was attached.");
}

/*
 * refuse_surplus raises NB009 for a key that is no dimension.
 */
static void
refuse_surplus(const DocumentType *type, Jsonb *object)
{
	JsonbIterator *iterator = JsonbIteratorInit(&object->root);
	JsonbIteratorToken token;
	JsonbValue	value;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		bool		known = token != WJB_KEY;

		for (int i = 0; i < type->scope.ndimensions && !known; i++)
			known = strlen(type->scope.name[i]) == (size_t) value.val.string.len &&
				memcmp(type->scope.name[i], value.val.string.val, value.val.string.len) == 0;
		if (!known)
			wrong_scope(type, psprintf("\"%.*s\" is no dimension of the type's scope",
									   pg_mbcliplen(value.val.string.val, value.val.string.len, 63),
									   value.val.string.val),
						"Names of dimensions are case-sensitive; a period is none.");
	}
}

/*
 * scope_value_resolve fills values, in the order of the type's dimensions, or
 * raises NB009.
 */
void
scope_value_resolve(const DocumentType *type, const ScopeInput *input, ScopeValue *values)
{
	Jsonb	   *object = input->object;
	Problem		problem = {0};
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;
	int			ndimensions = type->scope.ndimensions;

	if (input->text == NULL && object == NULL && input->nnamed == 0)
	{
		if (ndimensions > 0)
			wrong_scope(type, "scope value is missing",
						"The type has a counter for each value of its scope.");
		return;
	}
	if (ndimensions == 0)
		wrong_scope(type, "document type takes no scope value",
					"Its scope has no dimension besides a period.");

	if (object == NULL && input->nnamed == 0 && input->text[0] == '{')
		object = parse_object(type, input->text);
	if (input->nnamed > 0)
	{
		for (int i = 0; i < ndimensions; i++)
			value_of_name(type, input, type->scope.name[i], &values[i]);
	}
	else if (object != NULL)
	{
		if (!JB_ROOT_IS_OBJECT(object))
			wrong_scope(type, "scope value is not a JSON object",
						"Only an object can name dimensions.");
		refuse_surplus(type, object);
		for (int i = 0; i < ndimensions; i++)
			value_of_dimension(type, object, type->scope.name[i], &values[i]);
	}
	else if (ndimensions > 1)
		wrong_scope(type, "scope value must be a JSON object",
					"The type's scope has several dimensions.");
	else
	{
		values[0].text = input->text;
		values[0].bytes = strlen(input->text);
	}

	for (int i = 0; i < ndimensions; i++)
	{
		if (!scope_value_check(type->scope.name[i], &values[i], utf8, &problem))
			problem_raise(ERRCODE_DOCNUM_INVALID_SCOPE, &problem, type->name);
	}
	if (!format_check_values(&type->format, &type->scope, values, &problem))
		problem_raise(ERRCODE_DOCNUM_INVALID_SCOPE, &problem, type->name);
}
