package bench

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgconn"
)

// counter is a proxy in front of PostgreSQL that counts what clients send.
type counter struct {
	ln         net.Listener
	target     *pgconn.Config
	statements atomic.Int64 // Execute and Query messages
	trips      atomic.Int64 // Sync and Query messages: each is answered before the client goes on
}

// newCounter listens on a free port and forwards to the server of databaseURL.
func newCounter(databaseURL string) (*counter, error) {
	cfg, err := pgconn.ParseConfig(databaseURL)
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &counter{ln: ln, target: cfg}
	go c.serve()
	return c, nil
}

// URL is the address of the same database through the proxy.
func (c *counter) URL() string {
	u := url.URL{Scheme: "postgres", Host: c.ln.Addr().String(), Path: c.target.Database, RawQuery: "sslmode=disable"}
	u.User = url.User(c.target.User)
	if c.target.Password != "" {
		u.User = url.UserPassword(c.target.User, c.target.Password)
	}
	return u.String()
}

func (c *counter) close() { c.ln.Close() }

// counted is how much something sends on average.
type counted struct{ statements, trips float64 }

// during counts what fn makes clients send, divided by n.
func (c *counter) during(n int, fn func() error) (counted, error) {
	s, t := c.statements.Load(), c.trips.Load()
	if err := fn(); err != nil {
		return counted{}, err
	}
	return counted{float64(c.statements.Load()-s) / float64(n), float64(c.trips.Load()-t) / float64(n)}, nil
}

func (c *counter) serve() {
	for {
		client, err := c.ln.Accept()
		if err != nil {
			return
		}
		network, address := pgconn.NetworkAddress(c.target.Host, c.target.Port)
		server, err := net.Dial(network, address)
		if err != nil {
			client.Close()
			continue
		}
		go func() {
			_, _ = io.Copy(client, server)
			client.Close()
		}()
		go func() {
			_ = c.forward(server, client)
			server.Close()
		}()
	}
}

// forward copies the frontend's messages. The first ones have no type byte: the startup packet, and before it perhaps a
// request for encryption, which the server answers with one byte.
func (c *counter) forward(server io.Writer, client io.Reader) error {
	started := false
	head := make([]byte, 5)
	for {
		h := head
		if !started {
			h = head[:4]
		}
		if _, err := io.ReadFull(client, h); err != nil {
			return err
		}
		size := int(binary.BigEndian.Uint32(h[len(h)-4:])) - 4
		if size < 0 || size > 1<<28 {
			return fmt.Errorf("bench: a message of %d bytes", size)
		}
		message := append(make([]byte, 0, len(h)+size), h...)[:len(h)+size]
		if _, err := io.ReadFull(client, message[len(h):]); err != nil {
			return err
		}
		if started {
			c.see(h[0])
		}
		const protocol3 = 196608
		started = started || size >= 4 && binary.BigEndian.Uint32(message[4:8]) == protocol3
		if _, err := server.Write(message); err != nil {
			return err
		}
	}
}

func (c *counter) see(kind byte) {
	switch kind {
	case 'Q':
		c.statements.Add(1)
		c.trips.Add(1)
	case 'E':
		c.statements.Add(1)
	case 'S':
		c.trips.Add(1)
	}
}
