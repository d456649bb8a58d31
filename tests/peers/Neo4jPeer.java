/* A Neo4j in this process, until its standard input ends. Prints its HTTP address once the
 * password is what the second argument says. */
import java.nio.file.Path;
import java.util.Map;

import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.HttpConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.harness.Neo4j;
import org.neo4j.harness.Neo4jBuilders;

public class Neo4jPeer {
	public static void main(String[] args) throws Exception {
		Neo4j neo4j = Neo4jBuilders.newInProcessBuilder(Path.of(args[0]))
			.withConfig(GraphDatabaseSettings.auth_enabled, true)
			.withConfig(HttpConnector.listen_address, new SocketAddress("127.0.0.1", 0))
			.withConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", 0))
			.build();
		var system = neo4j.databaseManagementService().database("system");

		system.executeTransactionally("ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED",
			Map.of("password", args[1]));
		neo4j.defaultDatabaseService().executeTransactionally(
			"CREATE (:Function {name: 'parse', line: 12})-[:CALLS {weight: 1.5}]->(:Function {name: 'read'})");
		neo4j.defaultDatabaseService().executeTransactionally(
			"CREATE (d:Function {name: 'deliver', class: 'Callbacks::Sender', file: 'sender.rb', line: 48, "
			+ "service: 'callback-worker', messages: ['upstream connect error', 'disconnect before headers']}) "
			+ "CREATE (:Function {name: 'perform'})-[:CALLS]->(d)<-[:CALLS]-(:Function {name: 'retry_later'}) "
			+ "CREATE (:Function {name: 'connect', file: 'proxy.rb', line: 7, service: 'gateway', "
			+ "messages: ['upstream connect error']})");
		System.out.println(neo4j.httpURI());
		System.out.flush();
		while (System.in.read() >= 0) {
		}
		neo4j.close();
	}
}
