// HashiCorp Vault in memory, with the engines that the test needs and without its command
// line and other plugins, which take many times as long to compile.
//
//	vault ADDRESS    prints "ADDRESS TOKEN" once it serves
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"

	log "github.com/hashicorp/go-hclog"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/logical/database"
	"github.com/hashicorp/vault/helper/namespace"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/plugins/database/postgresql"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

const postgres = "postgresql-database-plugin"

type registry struct{}

func (registry) Contains(name string, t consts.PluginType) bool {
	return t == consts.PluginTypeDatabase && name == postgres
}

func (r registry) Get(name string, t consts.PluginType) (func() (interface{}, error), bool) {
	if r.Contains(name, t) {
		return postgresql.New, true
	}
	return nil, false
}

func (registry) Keys(t consts.PluginType) []string {
	if t == consts.PluginTypeDatabase {
		return []string{postgres}
	}
	return nil
}

func (r registry) DeprecationStatus(name string, t consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, r.Contains(name, t)
}

func (registry) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	logger := log.New(&log.LoggerOptions{Level: log.Warn, Output: os.Stderr})
	store, err := inmem.NewInmem(nil, logger)
	check(err)
	listener, err := net.Listen("tcp", os.Args[1])
	check(err)
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:           store,
		Logger:             logger,
		DisableMlock:       true,
		RedirectAddr:       "http://" + listener.Addr().String(),
		BuiltinRegistry:    registry{},
		LogicalBackends:    map[string]logical.Factory{"kv": kv.Factory, "database": database.Factory},
		CredentialBackends: map[string]logical.Factory{"approle": approle.Factory},
	})
	check(err)
	ctx := namespace.ContextWithNamespace(context.Background(), namespace.RootNamespace)
	made, err := core.Initialize(ctx, &vault.InitParams{
		BarrierConfig:  &vault.SealConfig{Type: "shamir", SecretShares: 1, SecretThreshold: 1},
		RecoveryConfig: &vault.SealConfig{},
	})
	check(err)
	_, err = core.Unseal(append([]byte(nil), made.SecretShares[0]...))
	check(err)
	fmt.Println(listener.Addr(), made.RootToken)
	check(http.Serve(listener, vaulthttp.Handler.Handler(&vault.HandlerProperties{
		Core: core, ListenerConfig: &configutil.Listener{Address: listener.Addr().String()},
	})))
}
