package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

type object = map[string]any

// write is a request that is repeated until it is acknowledged.
type write struct {
	path, key string
	request   object
	file      string // sent instead of a request
	id        string // that was acknowledged
	who       string // "" for the rep
	list      string // where the result is listed, when it isn't at path; "-" for nowhere
	answer    object
	old       bool // of another month: its key is forgotten
}

// work writes one thing after the other until done, each until it is acknowledged.
func (f *fault) work(worker int, done <-chan struct{}, next func(worker, n int) write) {
	for n := 0; ; n++ {
		select {
		case <-done:
			return
		default:
		}
		f.acknowledged(next(worker, n))
	}
}

// acknowledged does one write and remembers it. The clock stands meanwhile: a key is kept for a week, and a month that turns between two tries would
// lose it.
func (f *fault) acknowledged(w write) write {
	f.month.RLock()
	defer f.month.RUnlock()
	return f.noted(f.until(w))
}

// noted remembers what was acknowledged.
func (f *fault) noted(w write) write {
	f.mu.Lock()
	defer f.mu.Unlock()
	if w.id == "" {
		return w // refused
	}
	if w.list == "" {
		w.list = w.path
	}
	f.acked[w.list] = append(f.acked[w.list], w)
	return w
}

// learned remembers a document that another one's write, or a job, has made.
func (f *fault) learned(list string, id any) {
	f.noted(write{list: list, id: fmt.Sprint(id), old: true})
}

// until repeats a request with its key until it is answered for good.
func (f *fault) until(w write) write {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		who := w.who
		if who == "" {
			who = rep
		}
		status, body := f.send(who, w)
		switch {
		case status == http.StatusUnauthorized:
			f.again(who)
		case status == http.StatusCreated || status == http.StatusOK:
			w.answer = body
			if rows, list := body["data"].([]any); list && len(rows) == 1 {
				body, _ = rows[0].(object)
			}
			w.id = fmt.Sprint(body["id"])
			return w
		case unanswered(status) || body["code"] == "idempotency.in_flight":
			time.Sleep(20 * time.Millisecond) // the key makes repeating safe
		default:
			f.t.Errorf("%s: %d %v", w.key, status, body)
			return w
		}
	}
	f.t.Errorf("%s: no answer in %s", w.key, patience)
	return w
}

// unanswered reports whether a request has to be repeated: the server is dead, dying or just back, or asks for patience.
func unanswered(status int) bool {
	return status == 0 || status >= 500 || status == http.StatusTooManyRequests
}

// see reads something, when there is somebody to answer.
func (f *fault) see(who, path string) object {
	for end := time.Now().Add(patience); time.Now().Before(end); {
		status, body := f.do(who, http.MethodGet, path, nil, nil)
		switch {
		case status == http.StatusUnauthorized:
			f.again(who)
		case status == http.StatusOK:
			return body
		case unanswered(status):
			time.Sleep(20 * time.Millisecond)
		default:
			f.t.Errorf("%s: %d %v", path, status, body)
			return nil
		}
	}
	f.t.Errorf("%s: no answer in %s", path, patience)
	return nil
}

// rows are the rows of a list that was read.
func rows(list object) []object {
	data, _ := list["data"].([]any)
	found := make([]object, len(data))
	for i, row := range data {
		found[i], _ = row.(object)
	}
	return found
}

// send posts a write once.
func (f *fault) send(who string, w write) (int, object) {
	if w.file == "" {
		return f.postAs(who, w.path, w.key, w.request)
	}
	header := http.Header{"Content-Type": {"application/octet-stream"}, "Idempotency-Key": {w.key}}
	return f.do(who, http.MethodPost, w.path, header, strings.NewReader(w.file))
}

// post is postAs the rep.
func (f *fault) post(path, key string, request any) (int, map[string]any) {
	return f.postAs(rep, path, key, request)
}

// postAs returns status 0 when there was no answer.
func (f *fault) postAs(who, path, key string, request any) (int, object) {
	b, err := json.Marshal(request)
	if err != nil {
		f.t.Error(err)
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if key != "" {
		header.Set("Idempotency-Key", strings.ReplaceAll(key, " ", "-"))
	}
	return f.do(who, http.MethodPost, path, header, bytes.NewReader(b))
}

func (f *fault) do(who, method, path string, header http.Header, request io.Reader) (int, object) {
	req, err := http.NewRequest(method, f.url+path, request)
	if err != nil {
		f.t.Error(err)
		return 0, nil
	}
	if header != nil {
		req.Header = header
	}
	if token, known := f.tokens.Load(who); known {
		req.Header.Set("Authorization", fmt.Sprint("Bearer ", token))
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	var body object
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		return 0, nil
	}
	return res.StatusCode, body
}
