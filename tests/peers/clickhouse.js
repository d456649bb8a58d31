// The current ClickHouse engine (npm chdb) behind the part of its HTTP dialect
// that the client uses: settings and param_x in the URL or in a multipart form,
// exceptions before the first row with their status, exceptions behind rows.
//
//   node clickhouse.js MODULES [tagged|marked]
//
// MODULES is the folder that holds node_modules. "tagged" ends a broken answer
// as versions since 25.11 do, "marked" as those up to 25.10, which then cut the
// connection. Prints its port. The engine runs one query at a time, so progress
// and KILL are answered without it: what they find is shown on a real server.
'use strict';
const http = require('http');
const crypto = require('crypto');
const path = require('path');

const [modules, dialect = 'tagged'] = process.argv.slice(2);
const { Session } = require(path.join(path.resolve(modules), 'node_modules', 'chdb'));
const session = new Session();
const version = session.query('SELECT version()', 'TSV').trim();
const notSettings = new Set(['query', 'query_id', 'default_format', 'database', 'readonly']);
const statusOf = { 60: 404, 62: 400, 81: 404, 115: 404, 241: 500, 516: 403 };

function unescape(value) {
	const plain = { b: '\b', f: '\f', r: '\r', n: '\n', t: '\t', 0: '\0' };
	return value === '\\N' ? null : value.replace(/\\(.)/gs, (all, c) => plain[c] ?? c);
}

function parts(body, boundary) {
	const found = {};
	const text = body.toString('latin1');
	for (const part of text.split('--' + boundary).slice(1, -1)) {
		const head = part.indexOf('\r\n\r\n');
		const name = /name="([^"]*)"/.exec(part.slice(0, head))[1];
		found[name] = Buffer.from(part.slice(head + 4, -2), 'latin1').toString('utf8');
	}
	return found;
}

async function readRequest(req) {
	const chunks = [];
	for await (const chunk of req)
		chunks.push(chunk);
	const body = Buffer.concat(chunks);
	const args = Object.fromEntries(new URL(req.url, 'http://localhost').searchParams);
	const form = /multipart\/form-data; boundary=(.*)/.exec(req.headers['content-type'] || '');
	if (form)
		Object.assign(args, parts(body, form[1]));
	const params = {};
	for (const key of Object.keys(args).filter((k) => k.startsWith('param_')))
		params[key.slice(6)] = unescape(args[key]);
	return { args, params, sql: (args.query || '') + (form ? '' : body.toString('utf8')) };
}

function applySettings(args) {
	session.query("SET max_result_rows = 0, max_block_size = 65409", 'TSV');
	for (const key of Object.keys(args)) {
		if (!notSettings.has(key) && !key.startsWith('param_'))
			session.query(`SET ${key} = '${args[key].replace(/[\\']/g, '\\$&')}'`, 'TSV');
	}
}

// Every chunk of the engine repeats the two lines of the head.
function rowsOf(chunk, first) {
	const bytes = Buffer.from(chunk.raw());
	return first ? bytes : bytes.subarray(bytes.indexOf('\n', bytes.indexOf('\n') + 1) + 1);
}

function failBefore(res, message) {
	const code = Number((/Code: (\d+)/.exec(message) || [])[1] || 0);
	res.writeHead(statusOf[code] || 500, {
		'Content-Type': 'text/plain; charset=UTF-8', 'X-ClickHouse-Exception-Code': code,
	});
	res.end(`${message} (version ${version} (official build))\n`);
}

function failBehind(res, tag, message) {
	const text = `${message} (version ${version} (official build))`;
	if (dialect === 'marked') {
		res.write(`__exception__\r\n${text}\n`, () => res.destroy());
		return;
	}
	const length = Buffer.byteLength(text) + 1;
	res.end(`__exception__\r\n${tag}\r\n${text}\n${length} ${tag}\r\n__exception__\r\n`);
}

async function answer(req, res) {
	const { args, params, sql } = await readRequest(req);
	const tag = crypto.randomBytes(32).toString('hex').replace(/[0-9]/g, 'q').slice(0, 16);
	const format = args.default_format || 'TabSeparated';
	let first = true;
	if (/system\.processes|^KILL/.test(sql)) {
		res.writeHead(200, { 'Content-Type': 'text/tab-separated-values; charset=UTF-8' });
		res.end();
		return;
	}
	try {
		applySettings(args);
		for await (const chunk of session.queryStreamBind(sql, params, { format })) {
			if (first) {
				res.writeHead(200, {
					'Content-Type': 'text/tab-separated-values; charset=UTF-8',
					'X-ClickHouse-Query-Id': args.query_id || '',
					'X-ClickHouse-Format': format,
					...(dialect === 'tagged' && { 'X-ClickHouse-Exception-Tag': tag }),
				});
			}
			res.write(rowsOf(chunk, first));
			first = false;
			if (res.destroyed)
				return;
		}
		res.end();
	} catch (e) {
		const message = e.message.replace(/^Query failed: /, '');
		if (first)
			failBefore(res, message);
		else
			failBehind(res, tag, message);
	}
}

let queue = Promise.resolve();
const server = http.createServer((req, res) => {
	res.on('error', () => {});
	if (req.url === '/ping')
		res.end('Ok.\n');
	else
		queue = queue.then(() => answer(req, res)).catch((e) => failBefore(res, String(e)));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
