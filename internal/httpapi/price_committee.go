package httpapi

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/salesgate/salesgate/api"
	"github.com/salesgate/salesgate/internal/committee"
	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// ListPriceCommitteeMembers implements the operation of that name.
func (s *Server) ListPriceCommitteeMembers(ctx context.Context, r api.ListPriceCommitteeMembersRequestObject) (api.ListPriceCommitteeMembersResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPriceCommitteeMembers200JSONResponse, error) {
		rows, next, err := s.PriceCommittee.ListPriceCommitteeMembers(tx, who, dayOf(r.Params.OnDate), page(r.Params.Limit, r.Params.Cursor))
		if err != nil {
			return api.ListPriceCommitteeMembers200JSONResponse{}, err
		}
		names, err := namesOf(tx, rows, func(m committee.Member) uuid.UUID { return m.UserID })
		return api.ListPriceCommitteeMembers200JSONResponse{
			Data: each(rows, func(m committee.Member) api.PriceCommitteeMember { return memberBody(m, names[m.UserID]) }), NextCursor: optional(next),
		}, err
	})
}

// AddPriceCommitteeMember implements the operation of that name.
func (s *Server) AddPriceCommitteeMember(ctx context.Context, r api.AddPriceCommitteeMemberRequestObject) (api.AddPriceCommitteeMemberResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AddPriceCommitteeMember201JSONResponse, error) {
		m, err := s.PriceCommittee.AddPriceCommitteeMember(tx, who, committee.Member{
			UserID: r.Body.UserID, Capacity: committee.Capacity(r.Body.Capacity), FromDate: r.Body.From.Time, ToDate: dayOf(r.Body.To),
		})
		if err != nil {
			return api.AddPriceCommitteeMember201JSONResponse{}, err
		}
		names, err := identity.Names(tx, m.UserID)
		return api.AddPriceCommitteeMember201JSONResponse{Body: memberBody(m, names[m.UserID]), Headers: api.AddPriceCommitteeMember201ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// EndPriceCommitteeMember implements the operation of that name.
func (s *Server) EndPriceCommitteeMember(ctx context.Context, r api.EndPriceCommitteeMemberRequestObject) (api.EndPriceCommitteeMemberResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.EndPriceCommitteeMember200JSONResponse, error) {
		m, err := s.PriceCommittee.EndPriceCommitteeMember(tx, who, r.MemberID, optionalMatch(r.Params.IfMatch), r.Body.To.Time)
		if err != nil {
			return api.EndPriceCommitteeMember200JSONResponse{}, err
		}
		names, err := identity.Names(tx, m.UserID)
		return api.EndPriceCommitteeMember200JSONResponse{Body: memberBody(m, names[m.UserID]), Headers: api.EndPriceCommitteeMember200ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// ListPriceCommitteeAgenda implements the operation of that name.
func (s *Server) ListPriceCommitteeAgenda(ctx context.Context, r api.ListPriceCommitteeAgendaRequestObject) (api.ListPriceCommitteeAgendaResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPriceCommitteeAgenda200JSONResponse, error) {
		rows, err := s.PriceCommittee.ListPriceCommitteeAgenda(tx, who)
		return api.ListPriceCommitteeAgenda200JSONResponse{Data: each(rows, waitingBody)}, err
	})
}

// ListPriceMeetings implements the operation of that name.
func (s *Server) ListPriceMeetings(ctx context.Context, r api.ListPriceMeetingsRequestObject) (api.ListPriceMeetingsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPriceMeetings200JSONResponse, error) {
		f := committee.Filter{
			State: committee.State(value(r.Params.State)), Kind: committee.MeetingKind(value(r.Params.Kind)), Overdue: value(r.Params.Overdue),
			From: r.Params.From, Before: r.Params.Before,
		}
		rows, next, err := s.PriceCommittee.ListPriceMeetings(tx, who, f, page(r.Params.Limit, r.Params.Cursor))
		return api.ListPriceMeetings200JSONResponse{
			Data: each(rows, func(m committee.Meeting) api.PriceMeeting { return meetingHead(m, tx.Now) }), NextCursor: optional(next),
		}, err
	})
}

// CallPriceMeeting implements the operation of that name.
func (s *Server) CallPriceMeeting(ctx context.Context, r api.CallPriceMeetingRequestObject) (api.CallPriceMeetingResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CallPriceMeeting201JSONResponse, error) {
		m, err := s.PriceCommittee.CallPriceMeeting(tx, who, committee.Call{
			Title: r.Body.Title, Place: value(r.Body.Place), ScheduledAt: r.Body.ScheduledAt, All: value(r.Body.AllWaiting),
			Subjects: each(value(r.Body.Subjects), refOf),
		})
		if err != nil {
			return api.CallPriceMeeting201JSONResponse{}, err
		}
		body, err := meetingBody(tx, m)
		return api.CallPriceMeeting201JSONResponse{Body: body, Headers: api.CallPriceMeeting201ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// GetPriceMeeting implements the operation of that name.
func (s *Server) GetPriceMeeting(ctx context.Context, r api.GetPriceMeetingRequestObject) (api.GetPriceMeetingResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPriceMeeting200JSONResponse, error) {
		m, err := s.PriceCommittee.GetPriceMeeting(tx, who, r.MeetingID)
		if err != nil {
			return api.GetPriceMeeting200JSONResponse{}, err
		}
		body, err := meetingBody(tx, m)
		return api.GetPriceMeeting200JSONResponse{Body: body, Headers: api.GetPriceMeeting200ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// UpdatePriceMeeting implements the operation of that name.
func (s *Server) UpdatePriceMeeting(ctx context.Context, r api.UpdatePriceMeetingRequestObject) (api.UpdatePriceMeetingResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.UpdatePriceMeeting200JSONResponse, error) {
		m, err := s.PriceCommittee.UpdatePriceMeeting(tx, who, r.MeetingID, ifMatch(r.Params.IfMatch), committee.Change{
			Title: r.Body.Title, Place: r.Body.Place, ScheduledAt: r.Body.ScheduledAt,
		})
		if err != nil {
			return api.UpdatePriceMeeting200JSONResponse{}, err
		}
		body, err := meetingBody(tx, m)
		return api.UpdatePriceMeeting200JSONResponse{Body: body, Headers: api.UpdatePriceMeeting200ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// AddPriceMeetingItem implements the operation of that name.
func (s *Server) AddPriceMeetingItem(ctx context.Context, r api.AddPriceMeetingItemRequestObject) (api.AddPriceMeetingItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.AddPriceMeetingItem201JSONResponse, error) {
		m, err := s.PriceCommittee.AddPriceMeetingItem(tx, who, r.MeetingID, optionalMatch(r.Params.IfMatch), refOf(*r.Body))
		if err != nil {
			return api.AddPriceMeetingItem201JSONResponse{}, err
		}
		body, err := meetingBody(tx, m)
		return api.AddPriceMeetingItem201JSONResponse{Body: body, Headers: api.AddPriceMeetingItem201ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// RemovePriceMeetingItem implements the operation of that name.
func (s *Server) RemovePriceMeetingItem(ctx context.Context, r api.RemovePriceMeetingItemRequestObject) (api.RemovePriceMeetingItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RemovePriceMeetingItem204Response, error) {
		_, err := s.PriceCommittee.RemovePriceMeetingItem(tx, who, r.MeetingID, r.ItemID, optionalMatch(r.Params.IfMatch))
		return api.RemovePriceMeetingItem204Response{}, err
	})
}

// OpenPriceMeeting implements the operation of that name.
func (s *Server) OpenPriceMeeting(ctx context.Context, r api.OpenPriceMeetingRequestObject) (api.OpenPriceMeetingResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.OpenPriceMeeting200JSONResponse, error) {
		m, err := s.PriceCommittee.OpenPriceMeeting(tx, who, r.MeetingID, optionalMatch(r.Params.IfMatch))
		if err != nil {
			return api.OpenPriceMeeting200JSONResponse{}, err
		}
		body, err := meetingBody(tx, m)
		return api.OpenPriceMeeting200JSONResponse{Body: body, Headers: api.OpenPriceMeeting200ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// RecordPriceMeetingAttendance implements the operation of that name.
func (s *Server) RecordPriceMeetingAttendance(ctx context.Context, r api.RecordPriceMeetingAttendanceRequestObject) (api.RecordPriceMeetingAttendanceResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.RecordPriceMeetingAttendance200JSONResponse, error) {
		m, err := s.PriceCommittee.RecordPriceMeetingAttendance(tx, who, r.MeetingID, optionalMatch(r.Params.IfMatch), r.Body.Present)
		if err != nil {
			return api.RecordPriceMeetingAttendance200JSONResponse{}, err
		}
		body, err := meetingBody(tx, m)
		return api.RecordPriceMeetingAttendance200JSONResponse{Body: body, Headers: api.RecordPriceMeetingAttendance200ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// VotePriceMeetingItem implements the operation of that name.
func (s *Server) VotePriceMeetingItem(ctx context.Context, r api.VotePriceMeetingItemRequestObject) (api.VotePriceMeetingItemResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.VotePriceMeetingItem200JSONResponse, error) {
		m, err := s.PriceCommittee.VotePriceMeetingItem(tx, who, r.MeetingID, r.ItemID, committee.Choice(r.Body.Vote))
		if err != nil {
			return api.VotePriceMeetingItem200JSONResponse{}, err
		}
		body, err := meetingBody(tx, m)
		return api.VotePriceMeetingItem200JSONResponse{Body: body, Headers: api.VotePriceMeetingItem200ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// ClosePriceMeeting implements the operation of that name.
func (s *Server) ClosePriceMeeting(ctx context.Context, r api.ClosePriceMeetingRequestObject) (api.ClosePriceMeetingResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ClosePriceMeeting200JSONResponse, error) {
		m, err := s.PriceCommittee.ClosePriceMeeting(tx, who, r.MeetingID, optionalMatch(r.Params.IfMatch), r.Body.Minutes, value(r.Body.AttachmentIds)...)
		if err != nil {
			return api.ClosePriceMeeting200JSONResponse{}, err
		}
		body, err := meetingBody(tx, m)
		return api.ClosePriceMeeting200JSONResponse{Body: body, Headers: api.ClosePriceMeeting200ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// CancelPriceMeeting implements the operation of that name.
func (s *Server) CancelPriceMeeting(ctx context.Context, r api.CancelPriceMeetingRequestObject) (api.CancelPriceMeetingResponseObject, error) {
	return write(ctx, s, func(tx pg.Tx, who identity.Principal) (api.CancelPriceMeeting200JSONResponse, error) {
		m, err := s.PriceCommittee.CancelPriceMeeting(tx, who, r.MeetingID, optionalMatch(r.Params.IfMatch), r.Body.Reason)
		if err != nil {
			return api.CancelPriceMeeting200JSONResponse{}, err
		}
		body, err := meetingBody(tx, m)
		return api.CancelPriceMeeting200JSONResponse{Body: body, Headers: api.CancelPriceMeeting200ResponseHeaders{ETag: etag(m.Version)}}, err
	})
}

// ListPriceResolutions implements the operation of that name.
func (s *Server) ListPriceResolutions(ctx context.Context, r api.ListPriceResolutionsRequestObject) (api.ListPriceResolutionsResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.ListPriceResolutions200JSONResponse, error) {
		of := committee.Ref{Type: value(r.Params.SubjectType), ID: value(r.Params.SubjectID)}
		rows, next, err := s.PriceCommittee.ListPriceResolutions(tx, who, &of, page(r.Params.Limit, r.Params.Cursor))
		return api.ListPriceResolutions200JSONResponse{Data: each(rows, resolutionBody), NextCursor: optional(next)}, err
	})
}

// GetPriceMeetingTimeline implements the operation of that name.
func (s *Server) GetPriceMeetingTimeline(ctx context.Context, r api.GetPriceMeetingTimelineRequestObject) (api.GetPriceMeetingTimelineResponseObject, error) {
	return read(ctx, s, func(tx pg.Tx, who identity.Principal) (api.GetPriceMeetingTimeline200JSONResponse, error) {
		if err := s.PriceCommittee.Seen(tx, who, r.MeetingID); err != nil {
			return api.GetPriceMeetingTimeline200JSONResponse{}, err
		}
		t, err := timeline(tx, committee.Subject, r.MeetingID, page(r.Params.Limit, r.Params.Cursor))
		return api.GetPriceMeetingTimeline200JSONResponse(t), err
	})
}

func refOf(b api.PriceMeetingSubject) committee.Ref {
	return committee.Ref{Type: b.SubjectType, ID: b.SubjectID}
}

func memberBody(m committee.Member, name string) api.PriceCommitteeMember {
	body := api.PriceCommitteeMember{
		ID: m.ID, UserID: m.UserID, Name: optional(name), Capacity: string(m.Capacity), From: date(m.FromDate), Etag: etag(m.Version),
	}
	if m.ToDate != nil {
		to := date(*m.ToDate)
		body.To = &to
	}
	return body
}

func waitingBody(w committee.Waiting) api.PriceAgendaSubject {
	return api.PriceAgendaSubject{
		SubjectType: w.Type, SubjectID: w.ID, Number: w.Number, TitleEn: w.TitleEN, TitleZh: w.TitleZH, SubmittedBy: optional(w.SubmittedBy),
	}
}

// meetingHead is a meeting as lists show it.
func meetingHead(m committee.Meeting, now time.Time) api.PriceMeeting {
	body := api.PriceMeeting{
		ID: m.ID, Number: m.Number, Kind: string(m.Kind), Title: m.Title, Place: m.Place, ScheduledAt: m.ScheduledAt, State: string(m.State),
		Overdue: m.Overdue(now), CalledAt: m.CalledAt, CalledBy: m.CalledBy, OpenedAt: m.OpenedAt, Members: m.Members, Attended: m.Attended,
		Quorate: m.Quorate(), Minutes: optional(m.Minutes), ClosedAt: m.ClosedAt, ClosedBy: m.ClosedBy, CancelReason: optional(m.CancelReason),
		Etag: etag(m.Version),
	}
	if m.Quarter != nil {
		quarter := date(*m.Quarter)
		body.Quarter = &quarter
	}
	return body
}

func meetingBody(tx pg.Tx, m committee.Meeting) (api.PriceMeeting, error) {
	body := meetingHead(m, tx.Now)
	names, err := namesOf(tx, m.Roster, func(a committee.Attendance) uuid.UUID { return a.UserID })
	items, files := each(m.Items, meetingItem), each(m.Files, attachmentBody)
	roster := each(m.Roster, func(a committee.Attendance) api.PriceMeetingMember {
		return api.PriceMeetingMember{UserID: a.UserID, Name: optional(names[a.UserID]), Capacity: string(a.Capacity), Attended: a.Attended}
	})
	body.Items, body.Roster, body.Attachments = &items, &roster, &files
	return body, err
}

func meetingItem(it committee.Item) api.PriceMeetingItem {
	t := it.Tally()
	body := api.PriceMeetingItem{
		ID: it.ID, SubjectType: it.SubjectType, SubjectID: it.SubjectID, Number: it.Number, TitleEn: it.TitleEN, TitleZh: it.TitleZH,
		SubmittedBy: optional(it.SubmittedBy), ApprovalID: it.ApprovalID, VotesFor: t.For, VotesAgainst: t.Against, Abstentions: t.Abstain,
		Outcome: optional(string(it.Outcome)),
		Votes: each(it.Votes, func(v committee.Vote) api.PriceVote {
			return api.PriceVote{UserID: v.UserID, Vote: string(v.Vote), At: v.At}
		}),
	}
	if it.Resolution != nil {
		r := resolutionBody(*it.Resolution)
		body.Resolution = &r
	}
	return body
}

func resolutionBody(r committee.Resolution) api.PriceResolution {
	return api.PriceResolution{
		ID: r.ID, Number: r.Number, MeetingID: r.MeetingID, SubjectType: r.SubjectType, SubjectID: r.SubjectID, SubjectNumber: r.Subject,
		TitleEn: r.TitleEN, TitleZh: r.TitleZH, ApprovalID: r.ApprovalID, Outcome: string(r.Outcome), Members: r.Members, VotesFor: r.VotesFor,
		VotesAgainst: r.VotesAgainst, Abstentions: r.Abstentions, At: r.At,
	}
}
