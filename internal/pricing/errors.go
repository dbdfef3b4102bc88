package pricing

import (
	"github.com/salesgate/salesgate/internal/errs"
	"github.com/salesgate/salesgate/internal/pg"
)

// What this package refuses.
var (
	ErrNoBasePrice = errs.Define(errs.Rule, "pricing.no_base_price",
		"A product has no base price in force on that date; it needs a base price or a new-product price first.",
		"产品在该日期没有生效的基价,需先制定基价或新产品价格。", "PRC-01", "PRC-02")
	ErrNotStandard = errs.Define(errs.Rule, "pricing.product_not_standard",
		"A new or dormant product without an approved new-product price can't be sold; have it priced first.",
		"新产品或停产产品须先审批新产品价格,方可销售。", "PRC-02", "PRC-03", "CON-04")
	ErrInactive = errs.Define(errs.Rule, "pricing.product_inactive",
		"A product is no longer sold.", "产品已停用。")
	ErrUnknownProduct = errs.Define(errs.Rule, "pricing.unknown_product",
		"There is no such product.", "产品不存在。")
	ErrNoList = errs.Define(errs.Rule, "pricing.no_list_in_force",
		"No base price list is in force on that date.", "该日期没有生效的基价表。", "PRC-01")
	ErrQuantity = errs.Define(errs.Rule, "pricing.bad_quantity",
		"A quantity must be above 0.", "数量必须大于 0。")
	ErrPrice = errs.Define(errs.Rule, "pricing.bad_price",
		"A price can't be below 0.", "价格不能小于 0。")
	ErrDiscount = errs.Define(errs.Rule, "pricing.bad_discount",
		"A header discount can't be below 0 or above the sum of the lines.", "整单折扣不能小于 0 或超过明细合计。", "PRC-10")
	ErrNoLines = errs.Define(errs.Rule, "pricing.no_lines",
		"There are no lines.", "没有明细行。")
	_ = pg.Constraint("price_authority_entries_product_id_fkey", ErrUnknownProduct)

	ErrInitialFloor = pg.Constraint("initial_prices_floor", errs.Define(errs.Rule, "pricing.initial_floor_above_price",
		"A floor price can't be above the initial price.", "底价不能高于初始价格。", "PRC-12"))
	ErrInitialTwice = pg.Constraint("initial_prices_request", errs.Define(errs.Conflict, "pricing.initial_price_twice",
		"This request has set its price already.", "该新产品定价申请已生成初始价格。", "PRC-03"))
	ErrEffectivePast = errs.Define(errs.Rule, "pricing.effective_in_past",
		"A new version can't take effect in the past.", "生效时间不能早于当前时间。", "PRC-07")
	ErrAuthorityEffectiveTaken = pg.Constraint("price_authority_tables_in_force", errs.Define(errs.Conflict, "pricing.authority_effective_taken",
		"Another price authority table takes effect at the same instant.", "已有其他价格权限表在同一时间生效。", "PRC-09"))
	ErrGMBound = pg.Constraint("price_authority_entries_gm", errs.Define(errs.Rule, "pricing.general_manager_bounded",
		"The general manager decides every price and can't be bounded.", "总经理的价格权限不能设限。", "PRC-09"))
	ErrEntryTwice = pg.Constraint("price_authority_entries_key", errs.Define(errs.Rule, "pricing.authority_entry_twice",
		"A role has two entries for the same product or category.", "同一角色对同一产品或类别重复设置。", "PRC-09"))
	ErrNoGMEntry = errs.Define(errs.Rule, "pricing.no_general_manager_entry",
		"The table must have an entry of the general manager for all products.", "权限表必须包含总经理对全部产品的权限。", "PRC-09")
	ErrRole = errs.Define(errs.Rule, "pricing.role_without_authority",
		"The role {role} can't have price authority.", "角色 {role} 不能设置价格权限。", "PRC-09")
	ErrEntryScope = pg.Constraint("price_authority_entries_scope", errs.Define(errs.Rule, "pricing.authority_entry_scope",
		"An entry is for a product or for a category, not for both.", "权限条目只能针对产品或类别之一。", "PRC-09"))
	ErrEntryLevel = pg.Constraint("price_authority_entries_level", errs.Define(errs.Rule, "pricing.authority_entry_level",
		"A bound on whole orders is for no product or category, and for no quantity.", "整单权限不能限定产品、类别或起订量。", "PRC-09"))
	ErrMinQuantity = pg.Constraint("price_authority_entries_min_quantity", errs.Define(errs.Rule, "pricing.authority_min_quantity",
		"The minimum quantity of an entry is above 0; leave it out where the entry holds for any quantity.", "起订量须大于 0;不限数量时请留空。", "PRC-09"))
	ErrTooLarge = errs.Define(errs.Rule, "pricing.amount_too_large",
		"An amount has more digits than money has here.", "金额超出可处理的位数。")
	ErrNotEditable = errs.Define(errs.Conflict, "pricing.not_editable",
		"It is {state} and can't be changed any more; draft a new version.", "当前状态({state})不能修改,请新建版本。", "PRC-05", "PRC-07")
	ErrNotDraft = errs.Define(errs.Conflict, "pricing.not_draft",
		"Only a draft can be submitted; it is {state}.", "只有草稿可以提交,当前状态为 {state}。", "PRC-05", "PRC-09")
	ErrContent = errs.Define(errs.Conflict, "pricing.content_changed",
		"What was approved is not what is there now; submit it again.", "审批内容与当前内容不一致,请重新提交。", "PRC-05", "PRC-09")
	ErrNotPositive = errs.Define(errs.Rule, "pricing.price_not_positive",
		"A base or floor price must be above 0.", "基价和底价必须大于 0。", "PRC-01")

	ErrAhead = errs.Define(errs.Forbidden, "pricing.price_ahead",
		"Prices of a future time are shown only to those who prepare and decide base price lists.",
		"未来时点的价格仅向制定和审批基价表的人员开放。", "PRC-05", "PRC-07")
)
