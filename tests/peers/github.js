// Answers as GitHub's published description of its REST API says, with the example that it
// gives, and only to requests that the description allows. Prints its port.
'use strict';
const http = require('http');
const description = require(process.argv[2]);

// Why a request is not allowed, or null.
function wrong(operation, query, headers) {
	const known = new Map(operation.parameters.filter((p) => p.in === 'query').map((p) => [p.name, p]));

	for (const [name, value] of query) {
		const p = known.get(name);

		if (!p) return `no parameter ${name}`;
		if (p.deprecated) return `${name} is closing down`;
		if (p.schema.type === 'integer' && !/^[0-9]+$/.test(value)) return `${name} is no integer`;
		if (p.schema.enum && !p.schema.enum.includes(value)) return `${name} is none of its values`;
		if (query.getAll(name).length > 1) return `${name} is given twice`;
	}
	for (const p of known.values())
		if (p.required && !query.get(p.name)) return `${p.name} is missing`;
	if (Number(query.get('per_page')) > 100) return 'per_page is over 100';
	if (!headers['user-agent']) return 'no User-Agent';
	if (!/^Bearer \S+$/.test(headers.authorization || '')) return 'no bearer token';
	if (!/^application\/vnd\.github(\.[a-z-]+)?\+json$/.test(headers.accept || '')) return 'another media type';
	if (!/^\d{4}-\d\d-\d\d$/.test(headers['x-github-api-version'] || '')) return 'no version of the API';
	return null;
}

http.createServer((request, response) => {
	const url = new URL(request.url, 'http://localhost');
	const path = description.paths[url.pathname];
	const operation = path && path[request.method.toLowerCase()];
	const why = operation ? wrong(operation, url.searchParams, request.headers) : 'no such operation';
	const page = Number(url.searchParams.get('page') || 1);
	const headers = { 'Content-Type': 'application/json; charset=utf-8' };

	if (why) {
		response.writeHead(422, headers);
		response.end(JSON.stringify({ message: `against the description: ${why}` }));
		return;
	}
	const content = operation.responses['200'].content['application/json'];
	const example = Object.values(content.examples)[0].value;

	if (page < 3) {
		url.searchParams.set('page', page + 1);
		headers.Link = `<http://${request.headers.host}${url.pathname}${url.search}>; rel="next"`;
	}
	response.writeHead(200, headers);
	response.end(JSON.stringify(example));
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
