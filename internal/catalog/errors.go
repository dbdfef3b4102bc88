package catalog

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What this package refuses.
var (
	ErrCodeTaken = pg.Constraint("products_code", errs.Define(errs.Conflict, "product.code_taken",
		"Another product has this code.", "产品编码已被使用。"))
	ErrCategoryCodeTaken = pg.Constraint("product_categories_code", errs.Define(errs.Conflict, "product_category.code_taken",
		"Another category has this code.", "产品类别编码已被使用。"))
	ErrRefTaken = errs.Define(errs.Conflict, "product.external_ref_taken",
		"This external id belongs to another product.", "该外部编号已对应其他产品。")
	ErrCategory = pg.Constraint("products_category_id_fkey", errs.Define(errs.Rule, "product.unknown_category",
		"There is no such category.", "产品类别不存在。"))
	ErrUnknownProduct = errs.Define(errs.Rule, "product.unknown",
		"There is no such product.", "产品不存在。")
	ErrLifecycle = errs.Define(errs.Conflict, "product.lifecycle",
		"A product can't go from {from} to {to}.", "产品生命周期不能从 {from} 变为 {to}。", "PRC-02")
	ErrTonnes = pg.Constraint("products_tonnes_per_unit", errs.Define(errs.Rule, "product.tonnes_not_positive",
		"What a unit weighs, in tonnes, must be above 0.", "每单位吨数必须大于 0。", "PRC-04"))
	ErrCostHidden = errs.Define(errs.Forbidden, "product.cost_hidden",
		"Costs and margins are for finance, the sales manager and the general manager.", "成本和毛利仅财务、销售经理和总经理可见。", "PRC-13")
)
