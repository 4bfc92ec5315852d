namespace ImageShare.Core.Interleavings.Orders;

/// <summary>What can happen next: a continuation, a work item, a callback of a timer.</summary>
/// <param name="Action">Runs it.</param>
/// <param name="Source">What it continues; only its type is looked at, for a name.</param>
/// <param name="Delay">How far the chooser put it off when it arrived.</param>
internal readonly record struct Step(Action Action, object? Source, int Delay)
{
    /// <summary>The method that goes on, as far as its state machine tells.</summary>
    public string Name => NameOf(Source is Delegate { Target: { } target } ? target.GetType() : Source?.GetType());

    private static string NameOf(Type? type)
    {
        Type? machine = type is { IsGenericType: true } ? type.GetGenericArguments().FirstOrDefault(static a => a.Name.StartsWith('<')) : type;
        string name = machine?.Name ?? type?.Name ?? "?";
        return name is ['<', ..] && name.IndexOf('>', StringComparison.Ordinal) is > 1 and int end ? $"{machine!.DeclaringType?.Name}.{name[1..end]}" : name;
    }
}
