#include "sections/worker.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clients/secrets.h"
#include "sections/row_maker.h"

/* ---- jobs ------------------------------------------------------------------ */

struct job *job_new(struct mailbox *out, struct err *e)
{
	struct job *j = calloc(1, sizeof *j);

	if (!j) {
		err_set(e, ERR_MEMORY, 0, "out of memory starting a request");
		return NULL;
	}
	if (!cancel_init(&j->cancel, e)) {
		free(j);
		return NULL;
	}
	pthread_mutex_init(&j->lock, NULL);
	j->out = out;
	j->done.kind = MAIL_DONE;
	j->done.job = j;
	j->flush_at = TIME_NONE;
	return j;
}

void params_free(struct param *params, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free((void *)(uintptr_t)params[i].name);
		free((void *)(uintptr_t)params[i].value);
	}
	free(params);
}

void job_free(struct job *j)
{
	if (!j)
		return;
	params_free(j->params, j->nparams);
	free(j->query_name);
	chunk_builder_free(j->builder);
	pthread_mutex_destroy(&j->lock);
	cancel_release(&j->cancel);
	free(j);
}

/* Letters that only inform are dropped without memory. */
static struct job_mail *mail_new(struct job *j, enum mail_kind kind)
{
	struct job_mail *m = calloc(1, sizeof *m);

	if (m) {
		m->kind = kind;
		m->job = j;
	}
	return m;
}

static void post(struct job *j, struct job_mail *m)
{
	mailbox_post(j->out, &m->mail);
}

void job_mail_free(struct job_mail *m)
{
	if (!m)
		return;
	free(m->text);
	chunk_unref(m->chunk);
	if (m != &m->job->done)
		free(m);
}

/* Sealing and posting happen under one lock, so chunks arrive in order. */
static bool post_rows(struct job *j)
{
	struct job_mail *m = mail_new(j, MAIL_ROWS);

	if (!m)
		return false;
	m->chunk = chunk_builder_seal(j->builder);
	post(j, m);
	return true;
}

bool job_flush(struct job *j)
{
	pthread_mutex_lock(&j->lock);
	j->told = false;
	bool ok = !j->builder || !chunk_builder_rows(j->builder) || post_rows(j);
	pthread_mutex_unlock(&j->lock);
	return ok;
}

/* ---- the sink: from a client's rows to chunks in the mailbox ------------------- */

struct delivery {
	struct row_sink sink;            /* first: the client sees only this */
	struct job *job;
	struct row_maker maker;
	struct cell *cells;              /* one row in the section's column order */
	size_t *from;                    /* section column -> source column + 1; 0 = absent */
	uint64_t rows, bytes;
	usec first_row;
	usec told;                       /* last progress letter */
};

static void deliver_sent(struct row_sink *s, const char *text)
{
	struct delivery *d = (struct delivery *)s;
	struct job_mail *m = mail_new(d->job, MAIL_SENT);

	if (!m)
		return;
	m->text = strdup(text);
	post(d->job, m);
}

static bool deliver_columns(struct row_sink *s, const char *const *names, size_t n, struct err *e)
{
	struct delivery *d = (struct delivery *)s;
	const struct section_def *def = d->job->def;

	if (n > ROWS_MAX_COLUMNS)
		return err_set(e, ERR_LIMIT, 0, "%zu columns; at most %d are read", n, ROWS_MAX_COLUMNS);
	for (size_t c = 0; c < def->ncolumns; c++) {
		d->from[c] = 0;
		for (size_t i = 0; i < n && !d->from[c]; i++)
			if (!strcmp(def->columns[c].id, names[i]))
				d->from[c] = i + 1;
	}
	return true;
}

/* Adds to the shared builder; a full chunk goes out, rows that wait tell the engine
 * once to look again soon. */
static bool deliver_emit(struct row_maker *maker, const struct cell *cells, struct err *e)
{
	struct job *j = ((struct delivery *)maker->ctx)->job;
	struct job_mail *pending = NULL;
	bool posted = true;

	pthread_mutex_lock(&j->lock);
	bool ok = chunk_builder_add(j->builder, cells, e);
	size_t rows = ok ? chunk_builder_rows(j->builder) : 0;
	if (rows >= CHUNK_ROWS)
		posted = post_rows(j);
	else if (rows && !j->told)
		posted = j->told = (pending = mail_new(j, MAIL_PENDING)) != NULL;
	pthread_mutex_unlock(&j->lock);
	if (pending)
		post(j, pending);
	if (!posted)
		return err_set(e, ERR_MEMORY, 0, "out of memory for rows");
	return ok;
}

static bool deliver_row(struct row_sink *s, const struct cell *source, struct err *e)
{
	struct delivery *d = (struct delivery *)s;
	const struct section_def *def = d->job->def;

	if (def->max_rows && d->rows >= def->max_rows)
		return err_set(e, ERR_LIMIT, 0, "the first %u rows; there are more", def->max_rows);
	if (!d->rows++)
		d->first_row = now_mono();
	for (size_t c = 0; c < def->ncolumns; c++)
		d->cells[c] = d->from[c] ? source[d->from[c] - 1] : CELL_NULL;
	if (!def->derive)
		return row_emit(&d->maker, d->cells, e);
	row_maker_reset(&d->maker);
	return def->derive(&d->maker, d->cells, e);
}

static void deliver_progress(struct row_sink *s, const struct progress *p)
{
	struct delivery *d = (struct delivery *)s;
	usec now = now_mono();

	if (now - d->told < JOB_FLUSH_MS * USEC_MS)
		return;
	d->told = now;

	struct job_mail *m = mail_new(d->job, MAIL_PROGRESS);

	if (!m)
		return;
	m->progress = *p;
	m->bytes = d->bytes;
	post(d->job, m);
}

static void deliver_bytes(struct row_sink *s, size_t received)
{
	((struct delivery *)s)->bytes += received;
}

static bool delivery_init(struct delivery *d, struct job *j, struct err *e)
{
	size_t n = j->def->ncolumns;

	*d = (struct delivery){
		.sink = { deliver_sent, deliver_columns, deliver_row, deliver_progress, deliver_bytes },
		.job = j,
		.maker = { .def = j->def, .now = j->now, .emit = deliver_emit },
	};
	d->maker.ctx = d;
	d->cells = calloc(n, sizeof *d->cells);
	d->from = calloc(n, sizeof *d->from);
	j->builder = chunk_builder_new(n);
	if (!d->cells || !d->from || !j->builder)
		return err_set(e, ERR_MEMORY, 0, "out of memory starting a request");
	return true;
}

static void delivery_release(struct delivery *d)
{
	row_maker_release(&d->maker);
	free(d->cells);
	free(d->from);
}

/* ---- running a job ---------------------------------------------------------------- */

static pthread_once_t libraries = PTHREAD_ONCE_INIT;
static struct err libraries_err;

static void start_libraries(void)
{
	clients_init(&libraries_err);
}

bool worker_libraries(struct err *e)
{
	pthread_once(&libraries, start_libraries);
	if (libraries_err.kind == ERR_NONE)
		return true;
	*e = libraries_err;
	return false;
}

static bool connect_job(struct job *j, struct err *e)
{
	if (j->source->client->libraries && !worker_libraries(e))
		return false;
	if (!j->conn)
		j->conn = j->source->client->open(j->source, e);
	return j->conn != NULL;
}

/* `d` NULL: how the source is. */
static bool ask_once(struct job *j, struct delivery *d, struct err *e)
{
	const struct client_ops *client = j->source->client;

	return d ? client->run(j->conn, &j->query, &j->cancel, &d->sink, e)
		 : client->check(j->conn, j->query.deadline, &j->cancel, &j->done.health, e);
}

/* What was refused is asked once more when a store has other credentials by now; rows
 * that came already would come twice. */
static bool ask(struct job *j, struct delivery *d)
{
	struct err *e = &j->done.err;

	secrets_begin();
	if (ask_once(j, d, e))
		return true;
	if ((d && d->rows) || !secrets_again(j->source, j->query.deadline, &j->cancel, e))
		return false;
	*e = (struct err){ 0 };
	return ask_once(j, d, e);
}

static bool run_query(struct job *j, struct delivery *d)
{
	struct job_mail *done = &j->done;
	char *text = query_text(j->config, j->source, j->query_name, &done->err);

	if (!text) {
		done->no_query = true;
		return false;
	}
	j->query.name = j->query_name;
	j->query.text = text;
	j->query.params = j->params;
	j->query.nparams = j->nparams;

	bool ok = delivery_init(d, j, &done->err) && connect_job(j, &done->err) && ask(j, d);

	delivery_release(d);
	free(text);
	return ok;
}

/* Nobody is asked to whom no way leads; the step that failed says why. */
static bool reach_source(struct job *j, struct err *e)
{
	if (reach_check(j->source, &j->reach, &j->cancel, j->query.deadline))
		return true;
	for (int i = 0; i < REACH_STEP_COUNT; i++) {
		const struct reach_step *step = &j->reach.steps[i];

		if (step->outcome == REACH_FAILED)
			return err_set(e, step->why, 0, "%s: %s", j->source->name, step->text);
	}
	return false;
}

static bool run_check(struct job *j)
{
	if (!connect_job(j, &j->done.err) || !reach_source(j, &j->done.err) || !ask(j, NULL))
		return false;
	freshness_ask(&j->freshness, j->config, j->source, j->conn, j->now, j->query.deadline, &j->cancel);
	return true;
}

static void run_job(struct job *j)
{
	struct job_mail *done = &j->done;
	struct delivery d = { 0 };
	bool ok = j->def ? run_query(j, &d) : run_check(j);

	if (!ok && done->err.kind == ERR_NONE)
		err_set(&done->err, ERR_INTERNAL, 0, "%s failed without saying why", j->source->name);
	done->rows = d.rows;
	done->bytes = d.bytes;
	done->first_row = d.first_row;
	done->ended = now_mono();
	if (!job_flush(j) && done->err.kind == ERR_NONE)
		err_set(&done->err, ERR_MEMORY, 0, "out of memory: the last rows were dropped");
	post(j, done);
}

/* ---- the pool ------------------------------------------------------------------------ */

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work, idle;
	struct job *head, **tail;
	unsigned workers, most, running;
	bool stopping;
	void (*last)(void *);
	void *last_arg;
	pthread_t threads[];
};

/* With the lock held, which it lets go of meanwhile. */
static void call_last(struct pool *p)
{
	void (*last)(void *) = p->last;

	if (!last)
		return;
	p->last = NULL;
	pthread_mutex_unlock(&p->lock);
	last(p->last_arg);
	pthread_mutex_lock(&p->lock);
}

static void *worker_main(void *arg)
{
	struct pool *p = arg;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (!p->head && !p->stopping)
			pthread_cond_wait(&p->work, &p->lock);
		struct job *j = p->head;
		if (!j)
			break;
		p->head = j->next;
		if (!p->head)
			p->tail = &p->head;
		pthread_mutex_unlock(&p->lock);

		run_job(j);

		pthread_mutex_lock(&p->lock);
	}
	call_last(p);
	p->running--;
	pthread_cond_signal(&p->idle);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static bool add_worker(struct pool *p)
{
	bool ok;

	pthread_mutex_lock(&p->lock);
	ok = !pthread_create(&p->threads[p->workers], NULL, worker_main, p);
	p->workers += ok;
	p->running += ok;
	pthread_mutex_unlock(&p->lock);
	return ok;
}

void pool_fill(struct pool *p)
{
	while (p->workers < p->most)
		if (!add_worker(p))
			p->most = p->workers;
}

struct pool *pool_new(unsigned workers, struct err *e)
{
	struct pool *p = calloc(1, sizeof *p + workers * sizeof p->threads[0]);
	pthread_condattr_t attr;

	if (!p) {
		err_set(e, ERR_MEMORY, 0, "out of memory starting the workers");
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->work, &attr);
	pthread_cond_init(&p->idle, &attr);
	pthread_condattr_destroy(&attr);
	p->tail = &p->head;
	p->most = workers;
	if (!add_worker(p)) {
		err_set(e, ERR_INTERNAL, 0, "cannot start a worker thread (too many processes?)");
		pool_free(p, 0);
		return NULL;
	}
	return p;
}

static struct timespec timespec_in(usec span)
{
	usec t = now_mono() + span;

	return (struct timespec){ .tv_sec = t / USEC_SEC, .tv_nsec = t % USEC_SEC * 1000 };
}

void pool_stop(struct pool *p, void (*last)(void *), void *arg)
{
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	p->last = last;
	p->last_arg = arg;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}

bool pool_free(struct pool *p, usec grace)
{
	if (!p)
		return true;

	struct timespec until = timespec_in(grace);

	pthread_mutex_lock(&p->lock);
	while (p->running && !pthread_cond_timedwait(&p->idle, &p->lock, &until))
		;
	bool all = !p->running;
	pthread_mutex_unlock(&p->lock);
	if (!all)
		return false;

	for (unsigned i = 0; i < p->workers; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->idle);
	pthread_mutex_destroy(&p->lock);
	free(p);
	return true;
}

void pool_submit(struct pool *p, struct job *j)
{
	pthread_mutex_lock(&p->lock);
	j->next = NULL;
	*p->tail = j;
	p->tail = &j->next;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
}
