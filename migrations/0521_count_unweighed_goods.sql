-- +goose Up

-- ARV-08: a rep's tonnes are by the products' weights. Lines whose weight nobody has said are counted beside them.
ALTER TABLE rep_figures ADD COLUMN unweighed int NOT NULL DEFAULT 0 CHECK (unweighed >= 0);
ALTER TABLE rep_figure_lines ADD COLUMN unweighed int NOT NULL DEFAULT 0 CHECK (unweighed >= 0);
DROP TRIGGER rep_figures_frozen ON rep_figures;
CREATE TRIGGER rep_figures_frozen BEFORE DELETE OR UPDATE OF month, rep_id, revision, customers, delivered, invoiced, received, closing, tonnes, unweighed, made_at
    ON rep_figures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TRIGGER rep_figures_frozen ON rep_figures;
CREATE TRIGGER rep_figures_frozen BEFORE DELETE OR UPDATE OF month, rep_id, revision, customers, delivered, invoiced, received, closing, tonnes, made_at
    ON rep_figures FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE rep_figure_lines DROP COLUMN unweighed;
ALTER TABLE rep_figures DROP COLUMN unweighed;
