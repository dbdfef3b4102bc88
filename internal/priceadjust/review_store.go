package priceadjust

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/govalues/decimal"

	"github.com/salesgate/salesgate/internal/identity"
	"github.com/salesgate/salesgate/internal/pg"
)

// reviewNeeded reports whether a quarter has no review yet and there is something to review. Called again it waits for the first.
func reviewNeeded(tx pg.Tx, quarter time.Time) (needed bool, err error) {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(hashtext('price_reviews'))").Error; err != nil {
		return false, err
	}
	err = tx.Raw(`SELECT NOT EXISTS (SELECT FROM price_reviews WHERE quarter = ?) AND EXISTS (SELECT FROM valid_base_prices AS b
		JOIN products AS p ON p.id = b.product_id WHERE b.effective_at <= ? AND p.active AND p.lifecycle = 'standard')`, quarter, tx.Now).Scan(&needed).Error
	return needed, err
}

// reviewBatch is how many products one statement writes into a review.
const reviewBatch = 5_000

// fillReview writes all base prices in force into a review whose head isn't written yet, and counts them.
func fillReview(tx pg.Tx, r *PriceReview, volumes map[uuid.UUID]decimal.Decimal) error {
	body, err := json.Marshal(volumes)
	if err != nil {
		return err
	}
	for after, n := uuid.Nil, reviewBatch; n == reviewBatch; r.Products += n {
		err := pg.ScanRow(tx, []any{&after, &n}, `WITH written AS (
			INSERT INTO price_review_items (review_id, product_id, price, floor_price, priced_at, volume)
			SELECT ?, p.id, b.price, b.floor_price, b.effective_at, coalesce((?::jsonb ->> p.id::text)::numeric, 0)
			FROM products AS p
			JOIN LATERAL (SELECT * FROM valid_base_prices WHERE product_id = p.id AND effective_at <= ? ORDER BY effective_at DESC LIMIT 1) AS b ON true
			WHERE p.active AND p.lifecycle = 'standard' AND p.id > ? ORDER BY p.id LIMIT ?
			RETURNING product_id)
			SELECT coalesce((SELECT product_id FROM written ORDER BY product_id DESC LIMIT 1), ?), (SELECT count(*) FROM written)`,
			r.ID, string(body), tx.Now, after, reviewBatch, after)
		if err != nil {
			return err
		}
	}
	return nil
}

func countOpenItems(tx pg.Tx, review uuid.UUID) (n int, err error) {
	err = tx.Raw("SELECT count(*) FROM price_review_items WHERE review_id = ? AND answer IS NULL", review).Scan(&n).Error
	return n, err
}

// ListPriceReviews returns a page of reviews, the latest quarter first.
func (s *Service) ListPriceReviews(tx pg.Tx, _ identity.Principal, state ReviewState, page pg.Page) ([]PriceReview, string, error) {
	q := tx.Order("quarter DESC").Limit(page.Limit + 1)
	var after time.Time
	if found, err := page.After(&after); err != nil {
		return nil, "", err
	} else if found {
		q = q.Where("quarter < ?", after)
	}
	if state != "" {
		q = q.Where("state = ?", state)
	}
	var rows []PriceReview
	if err := q.Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, "", err
	}
	rows, next, err := pg.Cut(page, rows, func(r PriceReview) any { return r.Quarter })
	if err != nil {
		return nil, "", err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var open []struct {
		ReviewID uuid.UUID
		Open     int
	}
	err = tx.Raw("SELECT review_id, count(*) AS open FROM price_review_items WHERE review_id IN ? AND answer IS NULL GROUP BY 1", ids).Scan(&open).Error
	for _, o := range open {
		for i := range rows {
			if rows[i].ID == o.ReviewID {
				rows[i].Open = o.Open
			}
		}
	}
	return rows, next, err
}

// reviewWhere is the condition of a filter on items i of products p.
func reviewWhere(f ReviewFilter) (where string, args map[string]any) {
	args = map[string]any{"before": f.PricedBefore, "search": pg.Containing(f.Search), "answer": f.Answer}
	switch f.Answer {
	case "":
	case "open":
		where += " AND i.answer IS NULL"
	default:
		where += " AND i.answer = @answer"
	}
	if !f.PricedBefore.IsZero() {
		where += " AND i.priced_at < @before"
	}
	if f.Search != "" {
		where += " AND p.search LIKE @search"
	}
	return where, args
}

func reviewItems(tx pg.Tx, review uuid.UUID, f ReviewFilter, page pg.Page) ([]ReviewItem, string, error) {
	var after string
	if _, err := page.After(&after); err != nil {
		return nil, "", err
	}
	where, args := reviewWhere(f)
	args["review"], args["after"], args["limit"] = review, after, page.Limit+1
	var rows []ReviewItem
	err := tx.Raw(`SELECT i.*, p.code AS product_code, p.name AS product_name, p.unit, p.tax_rate
		FROM products AS p JOIN price_review_items AS i ON i.review_id = @review AND i.product_id = p.id
		WHERE p.code > @after`+where+" ORDER BY p.code LIMIT @limit", args).Scan(&rows).Error
	if err != nil {
		return nil, "", err
	}
	return pg.Cut(page, rows, func(r ReviewItem) any { return r.ProductCode })
}

// confirmItems answers items that have no answer yet.
func confirmItems(tx pg.Tx, review, by uuid.UUID, c ReviewConfirmation) (int64, error) {
	c.Filter.Answer = "open"
	where, args := reviewWhere(c.Filter)
	args["review"], args["now"], args["by"], args["ids"] = review, tx.Now, by, pg.IDs(c.Products)
	if !c.All {
		where += " AND i.product_id = ANY (CAST(@ids AS uuid[]))"
	}
	res := tx.Exec(`UPDATE price_review_items AS i SET answer = 'confirmed', answered_at = @now, answered_by = @by
		FROM products AS p WHERE i.review_id = @review AND p.id = i.product_id`+where, args)
	return res.RowsAffected, res.Error
}

func lockOpenReviews(tx pg.Tx) (rows []PriceReview, err error) {
	err = tx.Raw("SELECT * FROM price_reviews WHERE state = 'open' ORDER BY id FOR UPDATE").Scan(&rows).Error
	return rows, err
}

// lockReviewsOf locks the open reviews in which a list's products wait for an answer.
func lockReviewsOf(tx pg.Tx, list uuid.UUID) (rows []PriceReview, err error) {
	err = tx.Raw(`SELECT * FROM price_reviews AS r WHERE state = 'open' AND EXISTS (SELECT FROM price_review_items AS i
		JOIN base_price_lines AS l ON l.list_id = ? AND l.product_id = i.product_id WHERE i.review_id = r.id AND i.answer IS NULL)
		ORDER BY id FOR UPDATE`, list).Scan(&rows).Error
	return rows, err
}

func answerByList(tx pg.Tx, r PriceReview, list uuid.UUID) error {
	return tx.Exec(`UPDATE price_review_items AS i SET answer = 'changed', answered_at = ?, list_id = l.list_id
		FROM base_price_lines AS l WHERE l.list_id = ? AND l.product_id = i.product_id AND i.review_id = ? AND i.answer IS NULL`,
		tx.Now, list, r.ID).Error
}

// awaitingReview is the latest review, until the committee has resolved about it.
const awaitingReview = `SELECT * FROM price_reviews AS r WHERE resolution_id IS NULL AND quarter = (SELECT max(quarter) FROM price_reviews)`

func reviewsAwaiting(tx pg.Tx, ids []uuid.UUID) (rows []PriceReview, err error) {
	if len(ids) == 0 {
		err = tx.Raw(awaitingReview).Scan(&rows).Error
	} else {
		err = tx.Raw(awaitingReview+" AND id = ANY (CAST(? AS uuid[]))", pg.IDs(ids)).Scan(&rows).Error
	}
	return rows, err
}

// lockAwaitingReview locks a review that waits for the committee. Returns pg.ErrAgain when it doesn't any more.
func lockAwaitingReview(tx pg.Tx, id uuid.UUID) (PriceReview, error) {
	var rows []PriceReview
	err := tx.Raw(awaitingReview+" AND id = ? FOR UPDATE OF r", id).Scan(&rows).Error
	if err != nil {
		return PriceReview{}, err
	}
	if len(rows) == 0 {
		return PriceReview{}, pg.ErrAgain
	}
	return rows[0], nil
}
