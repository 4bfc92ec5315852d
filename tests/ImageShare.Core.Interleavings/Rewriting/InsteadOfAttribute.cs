namespace ImageShare.Core.Interleavings.Rewriting;

/// <summary>The call that a seam takes the place of.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class InsteadOfAttribute(string name) : Attribute
{
    public string Name => name;
}
