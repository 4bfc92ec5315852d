using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Text;

/// <summary>Lists that are used again: nobody sees the values of somebody else.</summary>
[TestFixture]
public sealed class ScratchListTests
{
    [Test]
    public void A_list_is_empty_again_and_one_in_use_is_not_given_twice()
    {
        List<int> first;
        using (ScratchList<int> outer = ScratchList<int>.Rent())
        {
            first = outer.Values;
            first.Add(1);
            using ScratchList<int> inner = ScratchList<int>.Rent();
            Assert.That(inner.Values, Is.Empty.And.Not.SameAs(first));
        }

        using ScratchList<int> again = ScratchList<int>.Rent();
        Assert.That(again.Values, Is.Empty);
    }

    [Test]
    public void A_list_that_grew_long_is_not_kept()
    {
        List<string> longOne;
        using (ScratchList<string> rented = ScratchList<string>.Rent())
        {
            longOne = rented.Values;
            longOne.AddRange(Enumerable.Repeat("x", 1000));
        }

        using ScratchList<string> next = ScratchList<string>.Rent();
        Assert.That(next.Values, Is.Not.SameAs(longOne).And.Empty);
    }
}
