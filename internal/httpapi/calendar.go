package httpapi

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/calendar"
	"github.com/salesgate/salesgate/internal/clock"
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// calendarDays is how long a range is of which the end isn't said.
const calendarDays = 62

// GetCalendar implements the operation of that name.
func (s *Server) GetCalendar(ctx context.Context, r api.GetCalendarRequestObject) (api.GetCalendarResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetCalendar200JSONResponse, error) {
		from := clock.Today(tx.Now)
		if r.Params.From != nil {
			from = r.Params.From.Time
		}
		to := from.AddDate(0, 0, calendarDays-1)
		if r.Params.To != nil {
			to = r.Params.To.Time
		}
		days, unknown, err := s.Calendar.Days(tx, from, to)
		if err != nil {
			return api.GetCalendar200JSONResponse{}, err
		}
		lang := current(ctx).lang
		body := api.GetCalendar200JSONResponse{From: date(from), To: date(to), Warnings: each(unknown, func(u calendar.Unknown) api.CalendarWarning { return calendarWarning(u, lang) })}
		for _, d := range days {
			if d.Working {
				body.WorkingDays++
			}
		}
		body.Data, err = calendarBodies(tx, lang, days)
		return body, err
	})
}

// GetDeadline implements the operation of that name.
func (s *Server) GetDeadline(ctx context.Context, r api.GetDeadlineRequestObject) (api.GetDeadlineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetDeadline200JSONResponse, error) {
		if (r.Params.WorkingDays == nil) == (r.Params.WorkingHours == nil) {
			return api.GetDeadline200JSONResponse{}, calendar.ErrTerm.With()
		}
		from := tx.Now
		if r.Params.From != nil {
			from = r.Params.From.UTC()
		}
		due := tx.Calendar().Due(clock.Term{From: from, Days: value(r.Params.WorkingDays), Hours: value(r.Params.WorkingHours)})
		return api.GetDeadline200JSONResponse{From: from, DueAt: due}, nil
	})
}

// ListCalendarChanges implements the operation of that name.
func (s *Server) ListCalendarChanges(ctx context.Context, r api.ListCalendarChangesRequestObject) (api.ListCalendarChangesResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.ListCalendarChanges200JSONResponse, error) {
		var only *time.Time
		if r.Params.Date != nil {
			only = &r.Params.Date.Time
		}
		rows, next, err := s.Calendar.History(tx, only, page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListCalendarChanges200JSONResponse{}, err
		}
		names, err := namesOf(tx, rows, func(c calendar.Change) uuid.UUID { return value(c.SetBy) })
		data := each(rows, func(c calendar.Change) api.CalendarChange {
			return api.CalendarChange{Date: date(c.Date), Working: c.Working, Reason: c.Reason, SetBy: c.SetBy, SetByName: nameOf(names, c.SetBy), SetAt: c.SetAt}
		})
		return api.ListCalendarChanges200JSONResponse{Data: data, NextCursor: optional(next)}, err
	})
}

// GetCalendarDay implements the operation of that name.
func (s *Server) GetCalendarDay(ctx context.Context, r api.GetCalendarDayRequestObject) (api.GetCalendarDayResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.GetCalendarDay200JSONResponse, error) {
		days, _, err := s.Calendar.Days(tx, r.Date.Time, r.Date.Time)
		if err != nil {
			return api.GetCalendarDay200JSONResponse{}, err
		}
		body, err := calendarBodies(tx, current(ctx).lang, days)
		if err != nil {
			return api.GetCalendarDay200JSONResponse{}, err
		}
		return api.GetCalendarDay200JSONResponse{Body: body[0], Headers: api.GetCalendarDay200ResponseHeaders{ETag: body[0].Etag}}, nil
	})
}

// SetCalendarDay implements the operation of that name.
func (s *Server) SetCalendarDay(ctx context.Context, r api.SetCalendarDayRequestObject) (api.SetCalendarDayResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.SetCalendarDay200JSONResponse, error) {
		set := calendar.Set{Date: r.Date.Time, Working: &r.Body.Working, Version: ifMatch(r.Params.IfMatch)}
		body, err := s.setDays(ctx, tx, "setCalendarDay", r.Body.Reason, set)
		if err != nil {
			return api.SetCalendarDay200JSONResponse{}, err
		}
		return api.SetCalendarDay200JSONResponse{Body: body[0], Headers: api.SetCalendarDay200ResponseHeaders{ETag: body[0].Etag}}, nil
	})
}

// RestoreCalendarDay implements the operation of that name.
func (s *Server) RestoreCalendarDay(ctx context.Context, r api.RestoreCalendarDayRequestObject) (api.RestoreCalendarDayResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.RestoreCalendarDay200JSONResponse, error) {
		set := calendar.Set{Date: r.Date.Time, Version: calendar.AnyVersion}
		if v := optionalMatch(r.Params.IfMatch); v != nil {
			set.Version = *v
		}
		body, err := s.setDays(ctx, tx, "restoreCalendarDay", r.Body.Reason, set)
		if err != nil {
			return api.RestoreCalendarDay200JSONResponse{}, err
		}
		return api.RestoreCalendarDay200JSONResponse{Body: body[0], Headers: api.RestoreCalendarDay200ResponseHeaders{ETag: body[0].Etag}}, nil
	})
}

// SetCalendarDays implements the operation of that name.
func (s *Server) SetCalendarDays(ctx context.Context, r api.SetCalendarDaysRequestObject) (api.SetCalendarDaysResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, _ identity.Principal) (api.SetCalendarDays200JSONResponse, error) {
		sets := make([]calendar.Set, len(r.Body.Days))
		for i, d := range r.Body.Days {
			sets[i] = calendar.Set{Date: d.Date.Time, Version: ifMatch(d.Etag)}
			if working, err := d.Working.Get(); err == nil {
				sets[i].Working = &working
			}
		}
		data, err := s.setDays(ctx, tx, "setCalendarDays", r.Body.Reason, sets...)
		return api.SetCalendarDays200JSONResponse{Data: data}, err
	})
}

func (s *Server) setDays(ctx context.Context, tx pg.Tx, action, reason string, sets ...calendar.Set) ([]api.CalendarDay, error) {
	days, err := s.Calendar.SetDays(tx, action, sets, reason)
	if err != nil {
		return nil, err
	}
	return calendarBodies(tx, current(ctx).lang, days)
}

func calendarBodies(tx pg.Tx, lang string, days []calendar.Day) ([]api.CalendarDay, error) {
	names, err := namesOf(tx, days, func(d calendar.Day) uuid.UUID { return value(d.Exception.SetBy) })
	return each(days, func(d calendar.Day) api.CalendarDay {
		body := api.CalendarDay{Date: date(d.Date), Working: d.Working, Why: string(d.Why), Etag: etag(d.Exception.Version)}
		if d.NameZH != "" {
			body.Holiday = optional(errs.Fill(d.NameEN, d.NameZH, lang, nil))
		}
		if e := d.Exception; e.Working != nil {
			body.Exception = &api.CalendarException{Working: *e.Working, Reason: e.Reason, SetBy: e.SetBy, SetByName: nameOf(names, e.SetBy), SetAt: e.SetAt}
		}
		return body
	}), err
}

func calendarWarning(u calendar.Unknown, lang string) api.CalendarWarning {
	message := errs.Fill(
		"The public holidays of {year} aren't in this program yet; Monday to Friday count as worked. Enter the announced ones as exceptions.",
		"本系统尚无 {year} 年法定节假日安排,暂按周一至周五计算工作日;公布后请作为例外录入。", lang, map[string]any{"year": strconv.Itoa(u.Year)})
	return api.CalendarWarning{Year: u.Year, Exceptions: u.Exceptions, Message: message}
}
