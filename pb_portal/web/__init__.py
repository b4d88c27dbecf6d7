"""What every page needs: guard, forms, phrases, languages, paging, clock."""
