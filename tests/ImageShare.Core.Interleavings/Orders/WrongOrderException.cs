namespace ImageShare.Core.Interleavings.Orders;

/// <summary>An order of events led to something wrong.</summary>
public sealed class WrongOrderException(string message) : Exception(message);

internal static class Check
{
    public static void That(bool condition, string rule)
    {
        if (!condition)
        {
            throw new WrongOrderException(rule);
        }
    }
}
