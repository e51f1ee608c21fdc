"""What is payable, as values: rows of a region's dated tables, who puts them into force, and a fee
line's parts. Frozen, exact, without AWS."""

from __future__ import annotations

from medaid.catalogue.model.lines import FeeGroup as FeeGroup
from medaid.catalogue.model.lines import LineQuestion as LineQuestion
from medaid.catalogue.model.lines import LineSums as LineSums
from medaid.catalogue.model.lines import OwnExpense as OwnExpense
from medaid.catalogue.model.lines import Quantity as Quantity
from medaid.catalogue.model.lines import Split as Split
from medaid.catalogue.model.lines import Terms as Terms
from medaid.catalogue.model.publishing import Buyer as Buyer
from medaid.catalogue.model.publishing import Release as Release
from medaid.catalogue.model.publishing import RowProblem as RowProblem
from medaid.catalogue.model.publishing import Scheme as Scheme
from medaid.catalogue.model.publishing import Schemes as Schemes
from medaid.catalogue.model.publishing import TypeRule as TypeRule
from medaid.catalogue.model.rows import CLASSES as CLASSES
from medaid.catalogue.model.rows import NOT_PAYABLE as NOT_PAYABLE
from medaid.catalogue.model.rows import CatalogueTable as CatalogueTable
from medaid.catalogue.model.rows import CodeMapping as CodeMapping
from medaid.catalogue.model.rows import DatedRow as DatedRow
from medaid.catalogue.model.rows import InstitutionItem as InstitutionItem
from medaid.catalogue.model.rows import InstitutionItems as InstitutionItems
from medaid.catalogue.model.rows import InsuranceCode as InsuranceCode
from medaid.catalogue.model.rows import LimitPrice as LimitPrice
from medaid.catalogue.model.rows import ListedItem as ListedItem
from medaid.catalogue.model.rows import NationalCode as NationalCode
from medaid.catalogue.model.rows import NationalItem as NationalItem
from medaid.catalogue.model.rows import Replacement as Replacement
from medaid.catalogue.model.rows import SelfPayShare as SelfPayShare
from medaid.catalogue.model.rows import UnitPrice as UnitPrice
