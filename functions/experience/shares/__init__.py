"""What guests gave away of their pictures, and how they take it back."""
